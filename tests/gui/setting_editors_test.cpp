// Editors of settings that are no plain line: three boxes of a vector, a menu of nuclides.

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QtTest>
#include <algorithm>
#include <array>

#include "gui/panel_support.h"
#include "gui/panels/job_form.h"
#include "gui/panels/vector_edit.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test

using coincide::tests::type;

namespace {

QString text_in(const JobForm& form, const QString& key) { return qobject_cast<QLineEdit*>(form.editor(key))->text(); }

const std::array<QLineEdit*, 3>& boxes_of(const JobForm& form, const QString& key) {
  return qobject_cast<VectorEdit*>(form.editor(key))->boxes();
}

/// Of the three boxes, with bars between them.
QString texts_in_boxes(const JobForm& form, const QString& key) {
  const auto& [x, y, z] = boxes_of(form, key);
  return x->text() + "|" + y->text() + "|" + z->text();
}

/// Is any label of this text in the line of that setting visible?
bool shows(const JobForm& form, const QString& key, const QString& text) {
  const auto labels = form.editor(key)->parentWidget()->findChildren<QLabel*>();
  return std::ranges::any_of(labels, [&](const QLabel* label) { return label->isVisible() && label->text() == text; });
}

}  // namespace

class SettingEditorsTest : public QObject {
  Q_OBJECT

 private slots:
  /// Of whole numbers and of others, among the basic settings and beyond.
  void vectors_are_three_boxes_data() {
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("after");
    QTest::newRow("basic") << "image.voxel_size_mm"
                           << "2|2|2"
                           << "4.5"
                           << "2|4.5|2";
    QTest::newRow("whole") << "image.size"
                           << "0|0|0"
                           << "64"
                           << "0|64|0";
    QTest::newRow("all") << "image.centre_offset_mm"
                         << "0|0|0"
                         << "-12.25"
                         << "0|-12.25|0";
    QTest::newRow("pasted") << "image.voxel_size_mm"
                            << "2|2|2"
                            << "[1.5, 2;4]"
                            << "1.5|2|4";
  }

  /// One box is edited, by keys alone: Tab leads from one to the next, and an edit is one step to be undone.
  void vectors_are_three_boxes() {
    QFETCH(QString, key);
    QFETCH(QString, before);
    QFETCH(QString, typed);
    QFETCH(QString, after);
    JobDocument document;
    JobForm form(document);
    const Subscription follows = document.listen([&] { form.refresh(); });
    form.findChild<QCheckBox*>("all_settings")->setChecked(true);
    form.show();
    form.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&form, tests::patience_ms));
    QCOMPARE(texts_in_boxes(form, key), before);
    form.editor(key)->setFocus();
    const auto& [x, y, z] = boxes_of(form, key);
    QTRY_VERIFY_WITH_TIMEOUT(x->hasFocus(), tests::patience_ms);
    QTest::keyClick(form.windowHandle(), Qt::Key_Tab);
    QVERIFY(y->hasFocus());
    QVERIFY(!document.can_undo());  // passing by changes nothing
    for (const QChar letter : typed) {
      QTest::keyClick(form.windowHandle(), letter.toLatin1());
    }
    QTest::keyClick(form.windowHandle(), Qt::Key_Tab);
    QVERIFY(z->hasFocus());
    QCOMPARE(texts_in_boxes(form, key), after);
    QCOMPARE(QString::fromStdString(document.text(key.toStdString())), QString(after).replace("|", ", "));
    QVERIFY(!document.has_errors());
    document.undo();
    QVERIFY(!document.can_undo());
    QCOMPARE(texts_in_boxes(form, key), before);
    document.redo();
    QCOMPARE(texts_in_boxes(form, key), after);
  }

  /// Also where they have no three parts, and one box at a time is put right.
  void vectors_that_are_none_are_shown_as_they_are() {
    JobDocument document;
    JobForm form(document);
    const Subscription follows = document.listen([&] { form.refresh(); });
    form.show();
    const QString key = "image.voxel_size_mm";
    const auto& [x, y, z] = boxes_of(form, key);
    type(y, "1,5");
    QCOMPARE(texts_in_boxes(form, key), QString("2|1,5|2"));
    QVERIFY(shows(form, key, QString::fromStdString(document.error(key.toStdString()))));
    form.refresh();
    QCOMPARE(texts_in_boxes(form, key), QString("2|1,5|2"));
    type(x, "thick");
    type(y, "1.5");
    QCOMPARE(texts_in_boxes(form, key), QString("thick|1.5|2"));
    QVERIFY(document.error(key.toStdString()).find("thick, 1.5, 2") != std::string::npos);
    type(x, "3");
    QVERIFY(!document.has_errors());
    QCOMPARE(document.job().image.voxel_size_mm, (std::array<double, 3>{3, 1.5, 2}));

    document.set(key.toStdString(), "2, 2, 2, 7");
    QCOMPARE(texts_in_boxes(form, key), QString("2|2|2, 7"));
    document.set(key.toStdString(), "wide");
    QCOMPARE(texts_in_boxes(form, key), QString("wide||"));
    type(y, "");
    QVERIFY(document.error(key.toStdString()).find("wide") != std::string::npos);
  }

  /// From the menu, as one step, among the basic settings.
  void nuclides_are_chosen_with_what_they_decay_by() {
    JobDocument document;
    JobForm form(document);
    const Subscription follows = document.listen([&] { form.refresh(); });
    form.show();
    auto* box = qobject_cast<QComboBox*>(form.editor("tracer.nuclide"));
    QVERIFY(box->isVisible() && box->currentText().isEmpty());
    QCOMPARE(box->count(), 9);
    QCOMPARE(box->itemText(0), QString("F-18: half-life 109.7 min, 96.9 % positrons"));
    QCOMPARE(box->itemText(5), QString("Cu-64: half-life 12.7 h, 17.5 % positrons"));
    box->setFocus();
    QTest::keyClick(box, Qt::Key_Down);
    QCOMPARE(box->currentText(), QString("F-18"));
    QCOMPARE(document.job().tracer.nuclide, std::string("F-18"));
    QCOMPARE(text_in(form, "quantification.half_life_s"), QString("6584.04"));
    QCOMPARE(text_in(form, "quantification.branching_ratio"), QString("0.9686"));
    QTest::keyClick(box, Qt::Key_End, Qt::ControlModifier);
    QTest::keyClick(box, Qt::Key_Down);
    QCOMPARE(box->currentText(), QString("C-11"));
    QCOMPARE(document.job().quantification.half_life_s, 1221.66);
    document.undo();
    QCOMPARE(box->currentText(), QString("F-18"));
    QCOMPARE(document.job().quantification.half_life_s, 6584.04);
    document.undo();
    QVERIFY(!document.can_undo());
    QVERIFY(box->currentText().isEmpty());
    QCOMPARE(document.job().quantification.half_life_s, io::Job().quantification.half_life_s);
  }

  /// Whatever their spelling, and others, too; passing by changes nothing.
  void nuclides_are_typed_too() {
    JobDocument document;
    JobForm form(document);
    const Subscription follows = document.listen([&] { form.refresh(); });
    auto* box = qobject_cast<QComboBox*>(form.editor("tracer.nuclide"));
    type(box->lineEdit(), "68Ga");
    QCOMPARE(box->currentText(), QString("Ga-68"));
    QCOMPARE(document.job().quantification.branching_ratio, 0.8888);
    document.set("quantification.half_life_s", "4000");
    emit box->lineEdit()->editingFinished();
    QCOMPARE(document.job().quantification.half_life_s, 4000.0);
    type(box->lineEdit(), "Sc-44");
    QCOMPARE(document.job().tracer.nuclide, std::string("Sc-44"));
    QCOMPARE(box->currentText(), QString("Sc-44"));
    QCOMPARE(document.job().quantification.half_life_s, 4000.0);
  }
};

COINCIDE_TEST_CLASS(SettingEditorsTest)
#include "setting_editors_test.moc"
