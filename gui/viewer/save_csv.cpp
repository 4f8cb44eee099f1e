#include "gui/viewer/save_csv.h"

#include <QFileDialog>
#include <QMessageBox>
#include <QSaveFile>

namespace coincide::gui {

void save_csv(QWidget* parent, const QString& what, const QString& proposal, const std::string& csv) {
  const QString path =
      QFileDialog::getSaveFileName(parent, QObject::tr("Save ") + what, proposal, QObject::tr("CSV (*.csv)"));
  if (path.isEmpty()) {
    return;
  }
  QSaveFile file(path);
  const QByteArray bytes = QByteArray::fromStdString(csv);
  if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit()) {
    QMessageBox::warning(
        parent, QObject::tr("Save ") + what,
        path + QObject::tr(" cannot be written: ") + file.errorString() + QObject::tr(". Choose another folder."));
  }
}

}  // namespace coincide::gui
