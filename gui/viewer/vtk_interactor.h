#pragma once

#include <vtkCommand.h>
#include <vtkGenericRenderWindowInteractor.h>
#include <vtkObjectFactory.h>

#include <QTimer>
#include <map>

namespace coincide::gui {

/// VTK's interactor with its timers (repaint of charts) on Qt's.
class VtkInteractor : public vtkGenericRenderWindowInteractor {
 public:
  static VtkInteractor* New();
  vtkTypeMacro(VtkInteractor, vtkGenericRenderWindowInteractor);
  void TerminateApp() override {}  // VTK's keys q and e must not end the program

 protected:
  VtkInteractor() = default;

  int InternalCreateTimer(int timer_id, int type, unsigned long period_ms) override {
    auto timer = std::make_unique<QTimer>();
    timer->setSingleShot(type == OneShotTimer);
    QObject::connect(timer.get(), &QTimer::timeout, timer.get(), [this, timer_id] {
      int id = timer_id;
      InvokeEvent(vtkCommand::TimerEvent, &id);
    });
    timer->start(static_cast<int>(period_ms));
    timers_[++last_] = std::move(timer);
    return last_;
  }

  int InternalDestroyTimer(int platform_id) override {
    const auto timer = timers_.find(platform_id);
    if (timer == timers_.end()) {
      return 0;
    }
    timer->second->stop();
    timer->second.release()->deleteLater();  // this may be called from its own timeout
    timers_.erase(timer);
    return 1;
  }

 private:
  std::map<int, std::unique_ptr<QTimer>> timers_;
  int last_ = 0;
};

}  // namespace coincide::gui
