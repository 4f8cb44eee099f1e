#include "gui/panels/preferences.h"

#include <QApplication>
#include <QFont>
#include <QSettings>

#include "gui/panels/theme.h"

namespace coincide::gui {

Preferences Preferences::saved() {
  const QSettings settings;
  const bool is_neurological = settings.value("orientation").toString() == "neurological";
  return {.theme = settings.value("theme", theme_names().first()).toString(),
          .text_points = settings.value("text_points", 0).toInt(),
          .output_folder = settings.value("output_folder").toString(),
          .threads = settings.value("threads", 0).toInt(),
          .in_kilo_bq = settings.value("unit").toString() == "kBq/mL",
          .orientation = is_neurological ? ViewState::Orientation::neurological : ViewState::Orientation::radiological,
          .language = settings.value("language").toString()};
}

void Preferences::save() const {
  QSettings settings;
  settings.setValue("theme", theme);
  settings.setValue("text_points", text_points);
  settings.setValue("output_folder", output_folder);
  settings.setValue("threads", threads);
  settings.setValue("unit", in_kilo_bq ? "kBq/mL" : "Bq/mL");
  settings.setValue("language", language);
  settings.setValue("orientation",
                    orientation == ViewState::Orientation::neurological ? "neurological" : "radiological");
}

void Preferences::apply_look() const {
  apply_theme(theme);
  static const QFont of_system = QApplication::font();
  QFont font = of_system;
  if (text_points > 0) {
    font.setPointSize(text_points);
  }
  QApplication::setFont(font);
}

void Preferences::put_into(io::Job& job) const {
  job.compute.threads = threads;
  if (!output_folder.isEmpty()) {
    job.output.folder = output_folder.toStdString();
  }
}

}  // namespace coincide::gui
