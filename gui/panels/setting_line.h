#pragma once

#include <QWidget>

#include "gui/model/job_document.h"
#include "gui/services.h"

class QComboBox;
class QGridLayout;
class QLabel;
class QLineEdit;
class QToolButton;

namespace coincide::gui {

/// The setting that is chosen among the devices of the machine.
inline constexpr const char* device_setting = "compute.device";
/// The setting that is chosen among the nuclides there are.
inline constexpr const char* nuclide_setting = "tracer.nuclide";

/// One setting of the job: label, an editor that fits its kind, unit or browse button, the way back to the default, the
/// reason of an invalid value and the help.
class SettingLine : public QWidget {
  Q_OBJECT

 public:
  /// `setting` is one of the document's.
  SettingLine(JobDocument& document, const io::Setting& setting, QWidget* parent = nullptr);
  ~SettingLine() override;

  const std::string& key() const { return key_; }
  QWidget* editor() const { return editor_; }
  bool is_valid() const { return document_.error(key_).empty(); }
  bool matches(const QString& text) const;

  /// Shows the document's value, but never in place of a text that is being typed.
  void refresh();
  /// Takes over the text that is being typed.
  void commit();
  void set_explained(bool explained);
  /// Only of the device: what it is chosen from besides "auto". Named below it, a missing one with the reason.
  void show_devices(const std::vector<DeviceChoice>& devices);
  /// In the menu of the button beside a path.
  void offer(const std::vector<std::string>& words);

  /// Of a label beside its editor; else 0.
  int label_width() const;
  int unit_width() const;
  void set_widths(int label_width, int unit_width);

 signals:
  /// The document was changed from here.
  void edited();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void make_editor(const io::Setting& setting);
  QWidget* make_line_edit(bool is_path);
  QWidget* make_vector_edit();
  QWidget* make_nuclide_box();
  void make_beside(const io::Setting& setting);
  void make_below();
  void browse();
  bool is_being_typed() const;
  void take_lines();
  void set(const QString& text);
  void set_nuclide(const QString& text);
  void show_text(const QString& text);
  void show_word(QComboBox& box, const QString& text);

  JobDocument& document_;
  std::string key_;
  bool is_above_;  ///< the label, which then needs no column
  QGridLayout* grid_;
  QLabel* label_;
  QWidget* editor_ = nullptr;
  std::vector<QLineEdit*> lines_;  ///< where something is typed: the editor, or its boxes, or none
  QWidget* beside_ = nullptr;      ///< unit or browse button
  QToolButton* reset_;
  QLabel* reason_;
  QLabel* help_;
  QLabel* note_;  ///< the devices
};

}  // namespace coincide::gui
