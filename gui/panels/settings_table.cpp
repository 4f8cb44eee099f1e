#include "gui/panels/settings_table.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "gui/panels/form_parts.h"
#include "gui/panels/setting_words.h"
#include "gui/viewer/plain_text.h"

namespace coincide::gui {
namespace {

QTreeWidget* make_table() {
  QTreeWidget* table = plain_table("settings");
  table->setAccessibleName(QObject::tr("Settings that differ"));
  return table;
}

QString with_unit(const std::string& value, const std::string& unit) {
  return QString::fromStdString(value) + (unit.empty() ? QString() : " " + shown_text(unit));
}

}  // namespace

SettingsTable::SettingsTable(QWidget* parent)
    : QWidget(parent), other_(new QComboBox), table_(make_table()), note_(new QLabel) {
  other_->setObjectName("settings_of");
  other_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  other_->setToolTip(tr("What the settings of the run are compared with: only those that differ are listed"));
  note_->setWordWrap(true);
  note_->setForegroundRole(QPalette::PlaceholderText);
  auto* head = new QHBoxLayout;
  head->addWidget(label_for(tr("&Beside"), other_));
  head->addWidget(other_, 1);
  auto* rows = new QVBoxLayout(this);
  rows->setContentsMargins(0, 4, 0, 0);
  rows->addLayout(head);
  rows->addWidget(table_, 1);
  rows->addWidget(note_);
  connect(other_, &QComboBox::currentIndexChanged, this, &SettingsTable::refresh);
  set_runs({});
}

void SettingsTable::show_run(const std::shared_ptr<const Run>& run) {
  run_ = run;
  refresh();
}

void SettingsTable::set_runs(const std::vector<std::shared_ptr<const Run>>& runs) {
  const int before = other_->currentIndex();
  const std::shared_ptr<const Run> chosen = before > 0 ? runs_[static_cast<std::size_t>(before - 1)] : nullptr;
  runs_ = runs;
  {
    const QSignalBlocker quiet(other_);
    other_->clear();
    other_->addItem(tr("the defaults"));
    for (const std::shared_ptr<const Run>& run : runs_) {
      other_->addItem(tr("run %1 · %2").arg(run->number).arg(QString::fromStdString(run->shown_name())));
    }
  }
  compare_with(chosen);
}

void SettingsTable::compare_with(const std::shared_ptr<const Run>& other) {
  const auto found = std::ranges::find(runs_, other);
  {
    const QSignalBlocker quiet(other_);
    other_->setCurrentIndex(found == runs_.end() ? 0 : static_cast<int>(found - runs_.begin()) + 1);
  }
  refresh();
}

void SettingsTable::refresh() {
  table_->clear();
  const int index = other_->currentIndex();
  table_->setHeaderLabels(
      {tr("Setting"), run_ ? tr("Run %1").arg(run_->number) : tr("Run"),
       index > 0 ? tr("Run %1").arg(runs_[static_cast<std::size_t>(index - 1)]->number) : tr("Default")});
  if (!run_) {
    note_->setText({});
    return;
  }
  const io::Job other = index > 0 ? runs_[static_cast<std::size_t>(index - 1)]->job : io::Job{};
  for (const io::SettingDifference& one : io::different_settings(run_->job, other)) {
    auto* row = new QTreeWidgetItem(
        {QString::fromStdString(one.key), with_unit(one.value, one.unit), with_unit(one.other, one.unit)});
    for (int column = 0; column < row->columnCount(); ++column) {
      row->setToolTip(column, plain_tip(row->text(column)));
    }
    table_->addTopLevelItem(row);
  }
  note_->setText(table_->topLevelItemCount() == 0 ? tr("All settings are the same.") : QString());
  note_->setVisible(!note_->text().isEmpty());
}

}  // namespace coincide::gui
