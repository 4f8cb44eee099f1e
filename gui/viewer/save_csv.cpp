#include "gui/viewer/save_csv.h"

#include <QFileDialog>
#include <QMessageBox>
#include <QSaveFile>

namespace coincide::gui {

void save_csv(QWidget* parent, const QString& what, const QString& proposal, const std::string& csv) {
  const QString path = QFileDialog::getSaveFileName(parent, "Save " + what, proposal, "CSV (*.csv)");
  if (path.isEmpty()) {
    return;
  }
  QSaveFile file(path);
  const QByteArray bytes = QByteArray::fromStdString(csv);
  if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit()) {
    QMessageBox::warning(parent, "Save " + what,
                         path + " cannot be written: " + file.errorString() + ". Choose another folder.");
  }
}

}  // namespace coincide::gui
