#pragma once

#include <QWidget>

#include "gui/model/job_document.h"
#include "gui/services.h"

class QComboBox;
class QGridLayout;
class QLabel;
class QToolButton;

namespace coincide::gui {

/// One setting of the job: label, an editor that fits its kind, unit or browse button, the way back to the default, the
/// reason of an invalid value and the help.
class SettingLine : public QWidget {
  Q_OBJECT

 public:
  /// `setting` is one of the document's. If there are `devices`, it is chosen among them, and they are named below it.
  SettingLine(JobDocument& document, const io::Setting& setting, const std::vector<DeviceChoice>& devices,
              QWidget* parent = nullptr);

  const std::string& key() const { return key_; }
  QWidget* editor() const { return editor_; }
  bool is_valid() const { return document_.error(key_).empty(); }
  bool matches(const QString& text) const;

  /// Shows the document's value, but never in place of a text that is being typed.
  void refresh();
  /// Takes over the text that is being typed.
  void commit();
  void set_explained(bool explained);

  int label_width() const;
  int unit_width() const;
  void set_widths(int label_width, int unit_width);

 signals:
  /// The document was changed from here.
  void edited();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void make_editor(const io::Setting& setting, const std::vector<DeviceChoice>& devices);
  QWidget* make_line_edit(bool is_path);
  void make_beside(const io::Setting& setting);
  void make_below(const QString& note);
  void browse();
  void set(const QString& text);
  void show_text(const QString& text);
  void show_word(QComboBox& box, const QString& text);

  JobDocument& document_;
  std::string key_;
  QGridLayout* grid_;
  QLabel* label_;
  QWidget* editor_ = nullptr;
  QWidget* beside_ = nullptr;  ///< unit or browse button
  QToolButton* reset_;
  QLabel* reason_;
  QLabel* help_;
};

}  // namespace coincide::gui
