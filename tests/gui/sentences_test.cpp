// Finished sentences in another language: by the texts that they were made from.

#include "gui/model/sentences.h"

#include <QtTest>
#include <chrono>

#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test

namespace {

const Sentences& german() {
  static const Sentences sentences({{"all is well", "alles ist gut"},
                                    {"Pairs", "Paare"},
                                    {"none", "keine"},
                                    {"not a folder", "kein Ordner"},
                                    {"{} of {} blocks have no duration.", "{} von {} Blöcken haben keine Dauer."},
                                    {"{} of {} blocks.", "{} von {} Blöcken."},
                                    {"{} of {}", "{} von {}"},
                                    {"it covers {} of the {} mm along {}", "es deckt längs {2} {0} der {1} mm ab"},
                                    {"{} have no counts{}, {} are loud", "{} haben keine Ereignisse{}, {} sind laut"},
                                    {" ({} known)", " ({} bekannt)"},
                                    {"stated by {} block{}", "von {0} Blöcken angegeben"},
                                    {"stated by 1 block", "von einem Block angegeben"},
                                    {"folder = \"{}\" is {}. Choose another.",
                                     "folder = \"{}\" ist {}. Wählen Sie "
                                     "einen anderen."},
                                    {"Choose {} again.", "Wählen Sie {} noch einmal."},
                                    {"The file ends early.", "Die Datei endet früh."},
                                    {"resolution {:.0f} ps", "Auflösung {:.0f} ps"},
                                    {"%1 left", "noch %1"}});
  return sentences;
}

void is_read(const char* sentence, const char* translation) {
  QCOMPARE(QString::fromStdString(german().translation(sentence)), QString(translation));
}

}  // namespace

class SentencesTest : public QObject {
  Q_OBJECT

 private slots:
  void values_find_their_places() {
    is_read("all is well", "alles ist gut");
    is_read("3 of 4 blocks have no duration.", "3 von 4 Blöcken haben keine Dauer.");
    is_read("it covers 20 of the 30 mm along z", "es deckt längs z 20 der 30 mm ab");
    is_read("resolution 210 ps", "Auflösung 210 ps");
    is_read("{} of {x} blocks.", "{} von {x} Blöcken.");  // no places, but what the sentence says
  }

  void values_may_be_empty_or_texts() {
    is_read("3 have no counts, 1 are loud", "3 haben keine Ereignisse, 1 sind laut");
    is_read("3 have no counts (2 known), 1 are loud", "3 haben keine Ereignisse (2 bekannt), 1 sind laut");
    is_read("folder = \"/a is b\" is not a folder. Choose another.",
            "folder = \"/a is b\" ist kein Ordner. Wählen Sie einen anderen.");
    is_read("folder = \"none\" is none. Choose another.", "folder = \"none\" ist keine. Wählen Sie einen anderen.");
  }

  void values_may_hold_words_of_the_sentence() {
    is_read("folder = \"my is\" is not a folder. Choose another.",
            "folder = \"my is\" ist kein Ordner. Wählen Sie einen anderen.");
    is_read("it covers 20 of the 30 mm along along", "es deckt längs along 20 der 30 mm ab");
  }

  /// The entry that says more of the sentence.
  void nearest_entry_counts() {
    is_read("3 of 4 blocks.", "3 von 4 Blöcken.");
    is_read("stated by 2 blocks", "von 2 Blöcken angegeben");
    is_read("stated by 1 block", "von einem Block angegeben");
  }

  void parts_are_put_together() {
    is_read("Pairs: all is well. The file ends early.", "Paare: alles ist gut. Die Datei endet früh.");
    is_read("/data/a file.nii: all is well", "/data/a file.nii: all is well");  // half of it is worse than none
    is_read("/data/file.nii: all is well", "/data/file.nii: alles ist gut");
    is_read("all is well; 3 of 4, none", "alles ist gut; 3 von 4, keine");
  }

  void other_sentences_stay() {
    for (const char* sentence : {"", "Part of the prompts are lost on the way.", "20 left", "{} of"}) {
      is_read(sentence, sentence);
    }
    QCOMPARE(Sentences().translation("all is well"), std::string("all is well"));
  }

  /// A table of some dozen is shown at once.
  void is_quick() {
    std::unordered_map<std::string, std::string> texts;
    for (int i = 0; i < 1000; ++i) {
      const std::string number = std::to_string(i);
      texts["{} events of the kind " + number + " lie in {}, which is much"] = number + " {} {}";
      texts["text " + number] = number;
    }
    const Sentences many(texts);
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 100; ++i) {
      const std::string n = std::to_string(i);
      QCOMPARE(many.translation("In short, 5 events of the kind " + n + " lie in a, b; c: d. And, so, on, and, on."),
               "In short, 5 events of the kind " + n + " lie in a, b; c: d. And, so, on, and, on.");
    }
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - start;
    QVERIFY2(taken.count() < 2000, std::to_string(taken.count()).c_str());
  }
};

COINCIDE_TEST_CLASS(SentencesTest)
#include "sentences_test.moc"
