#pragma once

/// COINCIDE_CLONES before a function makes one copy of it for each level of instructions, chosen when the program
/// starts: for the thread sanitizer, before its library is ready.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__)
#define COINCIDE_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define COINCIDE_CLONES
#endif
