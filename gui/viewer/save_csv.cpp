#include "gui/viewer/save_csv.h"

#include <QFileDialog>
#include <QMessageBox>
#include <QSaveFile>

namespace coincide::gui {

void save_csv(QWidget* parent, const QString& title, const QString& proposal, const std::string& csv) {
  const QString path = QFileDialog::getSaveFileName(parent, title, proposal, QObject::tr("CSV (*.csv)"));
  if (path.isEmpty()) {
    return;
  }
  QSaveFile file(path);
  const QByteArray bytes = QByteArray::fromStdString(csv);
  if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit()) {
    QMessageBox::warning(parent, title,
                         QObject::tr("%1 cannot be written: %2. Choose another folder.").arg(path, file.errorString()));
  }
}

}  // namespace coincide::gui
