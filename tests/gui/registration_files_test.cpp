// A registration made elsewhere moves the layer over the image; what was done by hand goes there.

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QListWidget>
#include <QMenu>
#include <QMessageBox>
#include <QSettings>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>
#include <fstream>

#include "app/window_services.h"
#include "gui/panel_support.h"
#include "gui/panels/layer_panel.h"
#include "gui/panels/main_window.h"
#include "io/image_file.h"
#include "io/itk_transform.h"
#include "recon/motion/registration.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test
using coincide::tests::patience_ms;
using coincide::tests::test_image;

class RegistrationFilesTest : public QObject {
  Q_OBJECT

  std::unique_ptr<QTemporaryDir> folder_;
  std::unique_ptr<MainWindow> window_;

  QString path(const char* name) const { return folder_->filePath(name); }
  double box(const char* name) const { return window_->findChild<QDoubleSpinBox*>(name)->value(); }
  QMessageBox* dialog() const { return window_->findChild<QMessageBox*>("error_dialog"); }
  void write(const char* name, const char* parameters) const {
    std::ofstream(path(name).toStdString())
        << "#Insight Transform File V1.0\nTransform: AffineTransform_double_3_3\nParameters: " << parameters
        << "\nFixedParameters: 0 0 0\n";
  }
  void add_layer() const {
    QMenu& menu = window_->findChild<LayerPanel*>()->add_menu();
    emit menu.aboutToShow();
    for (QAction* action : menu.actions()) {
      if (action->text().contains("base.nii.gz")) {
        action->trigger();
        break;
      }
    }
    QTRY_COMPARE_WITH_TIMEOUT(window_->findChild<QListWidget*>("layers")->count(), 1, patience_ms);
  }

 private slots:
  void init() {
    QSettings().clear();
    folder_ = std::make_unique<QTemporaryDir>();
    window_ = std::make_unique<MainWindow>(app::make_window_services());
    window_->show();
    QVERIFY(QTest::qWaitForWindowExposed(window_.get(), patience_ms));
    recon::Image image = *test_image();
    image.grid = recon::centred_grid({20, 22, 24}, {2, 3, 4}, {10, 0, 0});
    io::write_image(path("base.nii.gz").toStdString(), image);
    window_->open_file(path("base.nii.gz"));
    QTRY_COMPARE_WITH_TIMEOUT(window_->findChild<QComboBox*>("shown")->currentText(), QString("Image · base.nii.gz"),
                              patience_ms);
  }
  void cleanup() { window_.reset(); }

  /// From fixed to moving by +10 mm: the layer goes by -10 mm. By 90 degrees about z the layer's middle (10, 0, 0) goes
  /// back to (0, -10, 0): turned by -90 degrees, moved by (-10, -10, 0).
  void one_from_elsewhere_moves_the_layer() {
    add_layer();
    write("shift.tfm", "1 0 0 0 1 0 0 0 1 10 0 0.123");
    window_->open_file(path("shift.tfm"));
    QCOMPARE(box("layer_shift_x"), -10.0);
    QCOMPARE(box("layer_turn_z"), 0.0);
    write("turn.txt", "0 -1 0 1 0 0 0 0 1 0 0 0");
    window_->open_file(path("turn.txt"));
    QCOMPARE(box("layer_shift_x"), -10.0);
    QCOMPARE(box("layer_shift_y"), -10.0);
    QCOMPARE(box("layer_turn_z"), -90.0);
    window_->findChild<QAction*>("undo")->trigger();
    QCOMPARE(box("layer_shift_y"), 0.0);
    QCOMPARE(box("layer_shift_x"), -10.0);
    QVERIFY(dialog() == nullptr);
  }

  /// All digits, also of what the boxes round, and of what another box is changed beside.
  void what_was_done_by_hand_goes_there() {
    add_layer();
    write("shift.tfm", "1 0 0 0 1 0 0 0 1 10 0 0.123");
    window_->open_file(path("shift.tfm"));
    window_->findChild<QDoubleSpinBox*>("layer_shift_y")->setValue(4);
    window_->save_registration(path("own.tfm"));
    const recon::Pose pose = io::read_itk_transform(path("own.tfm").toStdString());
    QVERIFY(std::abs(pose.t_mm[0] + 10) < 1e-9 && std::abs(pose.t_mm[1] - 4) < 1e-9);
    QVERIFY2(std::abs(pose.t_mm[2] + 0.123) < 1e-9, qPrintable(QString::number(pose.t_mm[2])));
    window_->save_registration("/no/such/folder/own.tfm");
    QVERIFY(dialog() != nullptr);
  }

  void what_does_not_work_is_told() {
    write("shift.tfm", "1 0 0 0 1 0 0 0 1 10 0 0");
    window_->open_file(path("shift.tfm"));
    QVERIFY(dialog() != nullptr);
    QVERIFY2(dialog()->text().contains("add the moving one over it"), qPrintable(dialog()->text()));
    delete dialog();
    add_layer();
    write("large.tfm", "2 0 0 0 2 0 0 0 2 0 0 0");
    window_->open_file(path("large.tfm"));
    QVERIFY(dialog() != nullptr);
    QVERIFY2(dialog()->text().contains("it scales"), qPrintable(dialog()->text()));
    QCOMPARE(box("layer_shift_x"), 0.0);
    auto* file = window_->findChild<QToolButton*>("place_file");
    QVERIFY(file->isEnabled());
    QCOMPARE(file->menu()->actions().size(), 2);
  }
};

COINCIDE_TEST_CLASS(RegistrationFilesTest)
#include "registration_files_test.moc"
