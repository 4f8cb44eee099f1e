#include "cuda_on_host.h"

#include <pthread.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <vector>

#include "cub/device/device_scan.cuh"
#include "cuda_runtime.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

cuda_on_host::Place threadIdx{}, blockIdx{};
dim3 blockDim, gridDim;

struct cudaStream {
  int device;
};
struct cudaEvent {
  std::chrono::steady_clock::time_point time;
};
struct cudaMemPool {
  int device;
};

namespace cuda_on_host {
namespace {

enum class Kind { device, managed, pinned, host_only };

/// An allocation. It ends at a page that nobody can touch, but for what alignment leaves, which holds a mark.
struct Block {
  std::size_t bytes;
  Kind kind;
  int device;
  char* pages;  ///< those that hold it
  std::size_t page_bytes;
  char* mapped;  ///< with what nobody can touch
  std::size_t mapped_bytes;

  char* end_of_pages() const { return pages + page_bytes; }
};
constexpr std::size_t page = 4096;
constexpr std::size_t large_page = 2 << 20;
constexpr std::size_t alignment = 256;
constexpr unsigned char mark = 0xa5;

/// All of the emulation: one call at a time.
std::recursive_mutex mutex;
std::map<std::uintptr_t, Block> blocks;
Counts count;
thread_local int current_device = 0;
cudaError_t lost = cudaSuccess;  ///< after a failed launch every call fails, as on a real device

/// In a child of a process that has used a GPU every call fails, too.
[[maybe_unused]] const int forks_are_seen = pthread_atfork(nullptr, nullptr, [] {
  lost = count.allocations + count.pool_allocations > 0 ? cudaErrorInitializationError : lost;
});

void protect(Kind kind, int access) {
  for (const auto& entry : blocks) {
    const Block& block = entry.second;
    if (block.kind == kind) {
      mprotect(block.pages, block.page_bytes, access);
    }
  }
}

/// While it lives, device memory can be reached.
class OnDevice {
 public:
  explicit OnDevice(bool kernel) : kernel_(kernel) {
    protect(Kind::device, PROT_READ | PROT_WRITE);
    if (kernel_) {
      protect(Kind::host_only, PROT_NONE);
    }
  }
  OnDevice(const OnDevice&) = delete;
  OnDevice& operator=(const OnDevice&) = delete;
  ~OnDevice() {
    protect(Kind::device, PROT_NONE);
    if (kernel_) {
      protect(Kind::host_only, PROT_READ | PROT_WRITE);
    }
  }

 private:
  bool kernel_;
};

cudaError_t allocate(void** pointer, std::size_t bytes, Kind kind) {
  const std::scoped_lock lock(mutex);
  if (lost != cudaSuccess) {
    return lost;
  }
  const bool on_device = kind == Kind::device || kind == Kind::managed;
  if (on_device && count.bytes_in_use + bytes > machine().memory_bytes) {
    return cudaErrorMemoryAllocation;
  }
  if (bytes == 0) {
    *pointer = nullptr;
    return cudaSuccess;
  }
  const std::size_t page_bytes = (bytes + page - 1) / page * page;
  // Where large pages can hold it, they do: letting nobody touch so many small ones, again and again, takes long.
  const std::size_t start_at = page_bytes >= large_page ? large_page : page;
  const std::size_t mapped_bytes = page_bytes + start_at + page;
  void* mapped = mmap(nullptr, mapped_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) {
    return cudaErrorMemoryAllocation;
  }
  const std::size_t first = reinterpret_cast<std::uintptr_t>(mapped) % start_at;
  char* pages = static_cast<char*>(mapped) + start_at - first;
  const Block block{bytes, kind, current_device, pages, page_bytes, static_cast<char*>(mapped), mapped_bytes};
  if (page_bytes >= large_page) {
    madvise(block.pages, page_bytes, MADV_HUGEPAGE);
  }
  mprotect(block.pages, page_bytes, PROT_READ | PROT_WRITE);
  char* memory = block.end_of_pages() - (bytes + alignment - 1) / alignment * alignment;
  if (on_device) {
    count.bytes_in_use += bytes;
    std::memset(memory, 0xff, bytes);  // fresh memory holds anything
  }
  std::memset(memory + bytes, mark, static_cast<std::size_t>(block.end_of_pages() - memory) - bytes);
  blocks[reinterpret_cast<std::uintptr_t>(memory)] = block;
  if (kind == Kind::device) {
    mprotect(block.pages, page_bytes, PROT_NONE);
  }
  *pointer = memory;
  return cudaSuccess;
}

cudaError_t release(void* pointer) {
  const std::scoped_lock lock(mutex);
  if (pointer == nullptr) {
    return cudaSuccess;
  }
  const auto found = blocks.find(reinterpret_cast<std::uintptr_t>(pointer));
  if (found == blocks.end()) {
    return cudaErrorInvalidValue;
  }
  if (found->second.kind == Kind::device || found->second.kind == Kind::managed) {
    count.bytes_in_use -= found->second.bytes;
  }
  const Block block = found->second;
  mprotect(block.pages, block.page_bytes, PROT_READ | PROT_WRITE);
  const bool unharmed = std::all_of(static_cast<unsigned char*>(pointer) + block.bytes,
                                    reinterpret_cast<unsigned char*>(block.end_of_pages()),
                                    [](unsigned char byte) { return byte == mark; });
  if (!unharmed) {
    std::fputs("cuda_on_host: something was written behind the end of an allocation\n", stderr);
    std::abort();
  }
  munmap(block.mapped, block.mapped_bytes);
  blocks.erase(found);
  return cudaSuccess;
}

const Block* block_of(const void* pointer) {
  const auto address = reinterpret_cast<std::uintptr_t>(pointer);
  auto found = blocks.upper_bound(address);
  if (found == blocks.begin()) {
    return nullptr;
  }
  --found;
  return address < found->first + found->second.bytes ? &found->second : nullptr;
}

/// A CUDA thread.
struct Fiber {
  ucontext_t context{};
  jmp_buf inside{};      ///< where it waits
  bool entered = false;  ///< once in its life: it waits for the next launch when one has ended
  std::unique_ptr<char[]> stack;
  bool running = false;  ///< has begun and not ended
  std::uint64_t handed_in = 0;
  const void* sanitizer_bottom = nullptr;
};

constexpr std::size_t stack_bytes = 256 << 10;
std::deque<Fiber> fibers;  // whose elements stay where they are
[[maybe_unused]] ucontext_t scheduler;
[[maybe_unused]] jmp_buf outside;
std::size_t current = 0;
const std::function<void()>* body = nullptr;
[[maybe_unused]] const void* scheduler_bottom = nullptr;
[[maybe_unused]] std::size_t scheduler_bytes = 0;

#if defined(__SANITIZE_ADDRESS__)
// The sanitizer has to be told of each change of stacks.
void to_scheduler(bool ends) {
  void* fake_stack = nullptr;
  __sanitizer_start_switch_fiber(ends ? nullptr : &fake_stack, scheduler_bottom, scheduler_bytes);
  swapcontext(&fibers[current].context, &scheduler);
  __sanitizer_finish_switch_fiber(fake_stack, &scheduler_bottom, &scheduler_bytes);
}

void fiber_main() {
  __sanitizer_finish_switch_fiber(nullptr, &scheduler_bottom, &scheduler_bytes);
  (*body)();
  fibers[current].running = false;
  to_scheduler(true);
}

void change_to(Fiber& fiber) {
  void* fake_stack = nullptr;
  __sanitizer_start_switch_fiber(&fake_stack, fiber.stack.get(), stack_bytes);
  swapcontext(&scheduler, &fiber.context);
  __sanitizer_finish_switch_fiber(fake_stack, nullptr, nullptr);
}
#else
// Jumps, since swapcontext asks the kernel for the mask of signals each time, which took nine tenths of some tests.
void to_scheduler(bool /*ends*/) {
  if (_setjmp(fibers[current].inside) == 0) {
    _longjmp(outside, 1);
  }
}

[[noreturn]] void fiber_main() {
  for (;;) {
    (*body)();
    fibers[current].running = false;
    to_scheduler(true);
  }
}

void change_to(Fiber& fiber) {
  if (_setjmp(outside) == 0) {
    if (fiber.entered) {
      _longjmp(fiber.inside, 1);
    }
    fiber.entered = true;
    setcontext(&fiber.context);
  }
}
#endif

void resume(std::size_t thread) {
  current = thread;
  threadIdx = {static_cast<unsigned>(thread), 0, 0};
  change_to(fibers[thread]);
}

void prepare(Fiber& fiber) {
  fiber.running = true;
  if (fiber.entered) {
    return;
  }
  if (!fiber.stack) {
    fiber.stack = std::make_unique_for_overwrite<char[]>(stack_bytes);
  }
  getcontext(&fiber.context);
  fiber.context.uc_stack.ss_sp = fiber.stack.get();
  fiber.context.uc_stack.ss_size = stack_bytes;
  fiber.context.uc_link = nullptr;
  makecontext(&fiber.context, fiber_main, 0);
}

/// Threads run one after the other, each to its next meeting point, until all have ended. Every other launch begins
/// with the last one, so that a meeting point that is missing shows in one of two.
void run_block(unsigned threads) {
  const bool backwards = count.launches % 2 == 0;
  while (fibers.size() < threads) {
    fibers.emplace_back();
  }
  std::for_each(fibers.begin(), fibers.begin() + threads, prepare);
  for (bool any = true; any;) {
    any = false;
    for (std::size_t i = 0; i < threads; ++i) {
      const std::size_t thread = backwards ? threads - 1 - i : i;
      if (fibers[thread].running) {
        resume(thread);
        any = any || fibers[thread].running;
      }
    }
  }
}

}  // namespace

bool is_emulated() { return true; }

void repair() { lost = cudaSuccess; }

Machine& machine() {
  static Machine the_machine;
  return the_machine;
}
const Counts& counts() { return count; }

void* allocate_host_only(std::size_t bytes) {
  void* pointer = nullptr;
  allocate(&pointer, bytes, Kind::host_only);
  return pointer;
}
void free_host_only(void* pointer) { release(pointer); }

cudaError_t run(const cudaLaunchConfig_t& config, const std::function<void()>& thread) {
  const std::scoped_lock lock(mutex);
  if (lost != cudaSuccess) {
    return lost;
  }
  const unsigned most_threads = 512;  // a device has no registers for larger blocks of our kernels
  const bool possible = config.blockDim.x >= 1 && config.blockDim.x <= most_threads && config.gridDim.x >= 1 &&
                        config.gridDim.x <= 0x7fffffff && config.blockDim.y == 1 && config.gridDim.y == 1;
  if (!possible) {
    return cudaErrorInvalidValue;
  }
  if (machine().launches_until_failure == 0) {
    lost = cudaErrorLaunchFailure;
    return lost;
  }
  machine().launches_until_failure -= machine().launches_until_failure > 0 ? 1 : 0;
  ++count.launches;
  count.last_stream = config.stream;
  const OnDevice on_device(true);
  body = &thread;
  gridDim = config.gridDim;
  blockDim = config.blockDim;
  for (unsigned block = 0; block < gridDim.x; ++block) {
    blockIdx = {block, 0, 0};
    run_block(blockDim.x);
  }
  return cudaSuccess;
}

std::uint64_t exchange(std::uint64_t value, unsigned from_lane) {
  fibers[current].handed_in = value;
  __syncthreads();
  const std::size_t first_of_warp = threadIdx.x / warpSize * warpSize;
  const std::uint64_t got = fibers[first_of_warp + from_lane].handed_in;
  __syncthreads();
  return got;
}

}  // namespace cuda_on_host

using namespace cuda_on_host;

void __syncthreads() { to_scheduler(false); }

float2 atomicAdd(float2* at, float2 value) {
  if (reinterpret_cast<std::uintptr_t>(at) % sizeof(float2) != 0) {
    std::abort();  // a misaligned address on the device
  }
  const float2 before = *at;
  at->x += value.x;
  at->y += value.y;
  return before;
}

const char* cudaGetErrorString(cudaError_t error) {
  switch (error) {
    case cudaErrorMemoryAllocation:
      return "out of memory";
    case cudaErrorLaunchFailure:
      return "unspecified launch failure";
    case cudaErrorInitializationError:
      return "initialization error";
    case cudaErrorInsufficientDriver:
      return "CUDA driver version is insufficient for CUDA runtime version";
    case cudaErrorNoDevice:
      return "no CUDA-capable device is detected";
    case cudaErrorNoKernelImageForDevice:
      return "no kernel image is available for execution on the device";
    case cudaSuccess:
      return "no error";
    default:
      return "invalid argument";
  }
}
cudaError_t cudaGetLastError() { return lost; }

cudaError_t cudaGetDeviceCount(int* number) {
  *number = 0;
  if (!machine().has_driver) {
    return cudaErrorInsufficientDriver;
  }
  if (machine().num_devices == 0) {
    return cudaErrorNoDevice;
  }
  *number = machine().num_devices;
  return lost == cudaErrorInitializationError ? lost : cudaSuccess;
}
cudaError_t cudaGetDevice(int* device) {
  *device = current_device;
  return cudaSuccess;
}
cudaError_t cudaSetDevice(int device) {
  if (device < 0 || device >= machine().num_devices) {
    return cudaErrorInvalidDevice;
  }
  current_device = device;
  return cudaSuccess;
}
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int /*device*/) {
  switch (attribute) {
    case cudaDevAttrComputeCapabilityMajor:
      *value = machine().compute_capability / 10;
      break;
    case cudaDevAttrComputeCapabilityMinor:
      *value = machine().compute_capability % 10;
      break;
    case cudaDevAttrMemoryPoolsSupported:
      *value = machine().has_pools;
      break;
    default:
      *value = 4;
  }
  return cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int /*device*/) {
  std::strcpy(properties->name, "CUDA on the host");
  properties->totalGlobalMem = machine().memory_bytes;
  properties->major = machine().compute_capability / 10;
  properties->minor = machine().compute_capability % 10;
  return cudaSuccess;
}
cudaError_t cudaMemGetInfo(std::size_t* available, std::size_t* total) {
  *total = machine().memory_bytes;
  *available = *total - std::min(*total, count.bytes_in_use);
  return lost;
}

cudaError_t cudaMalloc(void** pointer, std::size_t bytes) {
  ++count.allocations;
  return allocate(pointer, bytes, Kind::device);
}
cudaError_t cudaFree(void* pointer) { return release(pointer); }
cudaError_t cudaMallocHost(void** pointer, std::size_t bytes) { return allocate(pointer, bytes, Kind::pinned); }
cudaError_t cudaFreeHost(void* pointer) { return release(pointer); }
cudaError_t cudaMallocManaged(void** pointer, std::size_t bytes) { return allocate(pointer, bytes, Kind::managed); }
cudaError_t cudaMemPoolCreate(cudaMemPool_t* pool, const cudaMemPoolProps* properties) {
  static std::vector<std::unique_ptr<cudaMemPool>> pools;
  pools.push_back(std::make_unique<cudaMemPool>(cudaMemPool{properties->location.id}));
  *pool = pools.back().get();
  return cudaSuccess;
}
cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t, cudaMemPoolAttr, void*) { return cudaSuccess; }
cudaError_t cudaMemPoolGetAttribute(cudaMemPool_t, cudaMemPoolAttr, void*) { return cudaSuccess; }
cudaError_t cudaDeviceSynchronize() { return lost; }
cudaError_t cudaMemPoolTrimTo(cudaMemPool_t, std::size_t) { return cudaSuccess; }
cudaError_t cudaMallocFromPoolAsync(void** pointer, std::size_t bytes, cudaMemPool_t, cudaStream_t) {
  ++count.pool_allocations;
  return allocate(pointer, bytes, Kind::device);
}
cudaError_t cudaFreeAsync(void* pointer, cudaStream_t) { return release(pointer); }

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind, cudaStream_t) {
  const std::scoped_lock lock(mutex);
  if (lost != cudaSuccess) {
    return lost;
  }
  ++count.copies;
  const OnDevice on_device(false);
  std::memcpy(to, from, bytes);
  return cudaSuccess;
}
cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t) {
  const std::scoped_lock lock(mutex);
  if (lost != cudaSuccess) {
    return lost;
  }
  const OnDevice on_device(false);
  std::memset(to, value, bytes);
  return cudaSuccess;
}
cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* pointer) {
  const std::scoped_lock lock(mutex);
  *attributes = {cudaMemoryTypeUnregistered, 0, nullptr, nullptr};
  if (!machine().has_driver || machine().is_taken || lost != cudaSuccess) {
    return !machine().has_driver ? cudaErrorInsufficientDriver
           : machine().is_taken  ? cudaErrorDevicesUnavailable
                                 : lost;
  }
  if (const Block* block = block_of(pointer); block != nullptr && block->kind != Kind::host_only) {
    attributes->type = block->kind == Kind::device    ? cudaMemoryTypeDevice
                       : block->kind == Kind::managed ? cudaMemoryTypeManaged
                                                      : cudaMemoryTypeHost;
    attributes->device = block->device;
  }
  return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  *stream = new cudaStream{current_device};
  return lost;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete stream;
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t) {
  ++count.stream_waits;
  return lost;
}
cudaError_t cudaStreamWaitEvent(cudaStream_t, cudaEvent_t, unsigned) { return lost; }
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  *event = new cudaEvent{};
  return lost;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t) {
  event->time = std::chrono::steady_clock::now();
  return lost;
}
cudaError_t cudaEventSynchronize(cudaEvent_t) {
  ++count.stream_waits;
  return lost;
}
cudaError_t cudaEventElapsedTime(float* ms, cudaEvent_t start, cudaEvent_t stop) {
  *ms = std::chrono::duration<float, std::milli>(stop->time - start->time).count();
  return lost;
}
cudaError_t cub::DeviceScan::ExclusiveSum(void* scratch, std::size_t& scratch_bytes, const unsigned* in, unsigned* out,
                                          int count, cudaStream_t) {
  if (scratch == nullptr) {
    scratch_bytes = 1;
    return cudaSuccess;
  }
  const std::scoped_lock lock(mutex);
  const OnDevice on_device(true);
  std::exclusive_scan(in, in + count, out, 0U);
  return lost;
}
