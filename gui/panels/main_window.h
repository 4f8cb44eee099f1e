#pragma once

#include <QMainWindow>
#include <memory>

#include "gui/services.h"

namespace coincide::gui {

/// The window: start page, then job form, viewer and runs side by side; menus, shortcuts, recent files, layout that is
/// remembered.
class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  explicit MainWindow(const Services& services, QWidget* parent = nullptr);
  ~MainWindow() override;

  /// Opens a job file, a session, an image to look at, a registration of a layer, or a file of data as a new job on it;
  /// an error becomes a dialog.
  void open_file(const QString& path);
  /// Opens the built-in phantom's job and starts it.
  void try_phantom();
  /// Of what is shown, as PDF or HTML by the ending; an error becomes a dialog.
  void write_report(const QString& path);
  /// Where the layer that is edited lies, for other programs.
  void save_registration(const QString& path);
  /// The runs, images, regions and windows that there are, to be opened again.
  void save_session(const QString& path);

 protected:
  void closeEvent(QCloseEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  QSize room() const;

  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace coincide::gui
