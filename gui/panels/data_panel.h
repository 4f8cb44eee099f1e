#pragma once

#include <QWidget>
#include <memory>
#include <optional>

#include "gui/model/loaded_data.h"

namespace coincide::gui {

/// A listmode file at a glance: scanner, counts and checks; count rate and TOF spectrum; counts per crystal.
class DataPanel : public QWidget {
  Q_OBJECT

 public:
  explicit DataPanel(QWidget* parent = nullptr);
  ~DataPanel() override;

  /// Before anything has been read, or why it could not be.
  void show_sentence(const QString& sentence, bool is_problem);
  /// The header, or the whole.
  void show_data(const LoadedData& data);
  /// Of the file that is being read; 1 hides it.
  void show_progress(double fraction);
  /// The check that depends on the job: its image grid in the scanner. None while either is not known.
  void show_grid_check(const std::optional<io::DataCheck>& check);

 signals:
  /// Reading is to end; what has been read is shown.
  void stop_requested();
  void crystal_chosen(int crystal);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace coincide::gui
