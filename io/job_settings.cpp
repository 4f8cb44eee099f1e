#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>

#include "io/image_file.h"
#include "io/job.h"
#include "io/setting_makers.h"
#include "io/time_tables.h"

namespace coincide::io {
namespace {

namespace fs = std::filesystem;
constexpr double infinity = std::numeric_limits<double>::infinity();

std::string_view about(const recon::AlgorithmKind& kind) { return kind.help; }
std::string_view about(const recon::PriorKind& kind) { return kind.title; }

/// One word per row of a table in recon, with what it says of itself.
template <class Enum, class Row>
Setting row_setting(const char* key, Enum& field, std::span<const Row> rows, const std::string& help) {
  Setting setting{key, word_field(field), "", help};
  for (const Row& row : rows) {
    setting.words.emplace_back(row.name);
    setting.help +=
        fmt::format(" {}: {}{}.", row.name, about(row), row.source.empty() ? "" : fmt::format(" ({})", row.source));
  }
  return setting;
}

/// The priors of pairs of voxels, which need no anatomical image.
Setting pair_setting(const char* key, recon::PriorName& field, const char* help) {
  constexpr auto first = static_cast<std::size_t>(recon::PriorName::relative_difference);
  constexpr auto last = static_cast<std::size_t>(recon::PriorName::huber);
  Setting setting{key,
                  WordField{[&field] { return static_cast<std::size_t>(field) - first; },
                            [&field](std::size_t index) { field = static_cast<recon::PriorName>(first + index); }},
                  "", help};
  for (const recon::PriorKind& kind : recon::priors().subspan(first, last + 1 - first)) {
    setting.words.emplace_back(kind.name);
  }
  return setting;
}

Setting shift_setting(const char* key, recon::Registration& place) {
  return {key,   &place.shift_mm,
          "mm",  "How far that image is moved along x, y and z to its place in the scanner.",
          -5000, 5000};
}

Setting turn_setting(const char* key, recon::Registration& place) {
  return {key,
          &place.turn_degrees,
          "degrees",
          "How far that image is turned before that, about its middle: first about the scanner's x axis (from y to z), "
          "then about y (from z to x), then about z (from x to y).",
          -180,
          180};
}

/// "mlem 4, osem 4, ..." for each algorithm that it says something of.
template <class Number>
std::string usual(const Number& number) {
  std::vector<std::string> list;
  for (const recon::AlgorithmKind& kind : recon::algorithms().subspan(1)) {
    if (number(kind) > 0) {
      list.push_back(fmt::format("{} {}", kind.name, number(kind)));
    }
  }
  return fmt::format("{}", fmt::join(list, ", "));
}

std::string usual_passes() {
  return usual([](const recon::AlgorithmKind& kind) { return kind.passes; });
}

std::string usual_subsets() {
  return usual([](const recon::AlgorithmKind& kind) { return kind.subsets > 1 ? kind.subsets : 0; });
}

}  // namespace

std::vector<Setting> describe(Job& job) {
  auto& [input, frames, simulation, image, corrections, normalization, sensitivity, algorithm, prior, stop,
         quantification, tracer, patient, kinetics, output, compute, file] = job;
  const auto takes = [&job](bool recon::AlgorithmKind::*what) {
    return [&job, what] { return job.algorithm_kind().*what; };
  };
  const auto of_prior = [&job](std::string_view parameter) {
    return [&job, parameter] { return recon::has_parameter(job.prior, parameter); };
  };
  const auto has_map = [&job] { return !job.corrections.attenuation.empty(); };
  const auto has_hardware = [&job] { return !job.corrections.hardware.empty(); };
  const auto has_attenuation = [=] { return has_map() || has_hardware(); };
  const auto needs_anatomy = [&job] { return recon::prior_kind(job.prior.name).needs_anatomy; };
  const auto has_blood = [&job] { return !job.kinetics.blood.empty(); };
  const auto has_prior = [&job] { return job.prior.name != recon::PriorName::none; };
  const auto simulates = [&job] { return job.simulates(); };
  const auto corrects_scatter = [&job] { return job.corrections.scatter != recon::ScatterMethod::none; };
  const auto may_use_singles = [&job] {
    return job.corrections.randoms == recon::RandomsMethod::singles ||
           job.corrections.randoms == recon::RandomsMethod::automatic;
  };
  return {
      also_called("input.events",
                  path_setting(
                      "input.data", input.data,
                      "Measured data to reconstruct: a listmode file, a list of several on one clock (TOML, a [[scan]] "
                      "with data and start_s for each) or a histogram (sinogram); empty for a job that simulates "
                      "them.")),
      {"input.allow_truncated", &input.allow_truncated, "",
       "Use what is whole of a file that ends too early, with a warning, instead of refusing it."},
      path_setting(
          "input.scanner", input.scanner,
          "Scanner of data that hold none. Of a table: a file, or the name of one of the program's scanners; of "
          "CASToR data: the .hscan or .geom, or a folder where these are looked for. Empty: as the data have "
          "it, or beside them.",
          PathRule::resource),
      {"input.columns", &input.columns, "",
       "Which columns of a table mean what, if they bear other names than those known: \"x1_mm = my_x, tof_ps = "
       "-dt\"; a minus changes the sign."},
      {"input.tof_fwhm_ps", &input.tof_fwhm_ps, "ps",
       "Resolution of the differences of arrival times in a table; 0: as the table or its scanner says.", 0, 1e6},
      word_setting("input.only", input.only, {"all", "trues", "trues-and-scattered", "trues-and-randoms"},
                   "Of simulated events, in tables that tell true, scattered and random ones: which to take, for "
                   "study."),
      {"input.start_s", &input.start_s, "s",
       "Start of the frame in the time of the file; the frame holds the time blocks that begin in it.", 0, infinity},
      {"input.stop_s", &input.stop_s, "s", "End of the frame; 0: the end of the file.", 0, infinity},
      {"input.injection", &input.injection, "s",
       "When the tracer was injected, in s in the time of the file (\"-3600\": an hour before the scan); decay is then "
       "corrected to that moment. Empty: not known."},
      {"input.time_zero", &input.time_zero, "",
       "Date and time of day of the time 0 of the file, \"2026-11-28 14:05:09\", or the time alone, for what is "
       "written "
       "beside the images and for DICOM. Empty: not known."},
      path_setting(
          "input.motion", input.motion,
          "Poses of a body that moved, to correct for that event by event: a CSV table with the columns time_s, "
          "qw, qx, qy, qz, tx_mm, ty_mm, tz_mm. Each pose holds until the next and maps points of the result, "
          "and of the attenuation image, to the scanner: R(q) p + t. Empty: nothing moved."),
      with_use(word_setting("input.motion_zero", input.motion_zero, {"scan", "clock", "injection"},
                            "What the times of the poses count from. scan: the first moment of the data; clock: the "
                            "zero of the data's own times, as input.start_s; injection: input.injection."),
               [&job] { return !job.input.motion.empty(); }),
      with_use({"input.motion_zero_s", &input.motion_zero_s, "s",
                "How long after that the zero of the poses is; -3600 for poses that count from an injection an hour "
                "before the scan.",
                -1e9, 1e9},
               [&job] { return !job.input.motion.empty(); }),

      {"frames.durations", &frames.durations, "s",
       "Frames that follow each other from input.start_s on, \"10x30, 5x60, pause 20, 300\": ten of 30 s, five of 60 s "
       "and, 20 s later, one of 300 s; their images are one series. Empty: one frame."},
      path_setting("frames.gates", frames.gates,
                   "Table (CSV) of the times that belong to gates, with columns gate (a number), start_s and stop_s or "
                   "duration_s: one image for each gate. Empty: none."),
      with_use(word_setting("frames.gates_zero", frames.gates_zero, {"scan", "injection"},
                            "What the times of frames.gates count from: scan: the time 0 of the file."),
               [&job] { return !job.frames.gates.empty(); }),

      path_setting("simulation.phantom", simulation.phantom,
                   "Phantom to simulate: a file, or the name of one of the program's phantoms.", PathRule::resource),
      path_setting("simulation.scanner", simulation.scanner,
                   "Scanner to simulate: a file, or the name of one of the program's scanners.", PathRule::resource),
      with_use(
          {"simulation.duration_s", &simulation.duration_s, "s", "Length of the simulated acquisition.", 0.001, 86400},
          simulates),
      with_use({"simulation.randoms_fraction", &simulation.randoms_fraction, "",
                "Random coincidences as a part of the prompts.", 0, 0.9},
               simulates),
      with_use({"simulation.attenuation", &simulation.attenuation, "",
                "Let the phantom absorb photons; its attenuation is then corrected for."},
               simulates),
      with_use({"simulation.scatter", &simulation.scatter, "",
                "Let the phantom scatter photons, as often as they happen to, rather than absorb them. What the "
                "scanner detects of them goes by its energy window and resolution."},
               [&job] { return job.simulates() && job.simulation.attenuation; }),
      with_use({"simulation.half_life_s", &simulation.half_life_s, "s",
                "Half-life of the simulated activity, which the phantom states for the start; 0: it does not decay.", 0,
                1e12},
               simulates),
      with_use({"simulation.dead_time_us", &simulation.dead_time_us, "us",
                "How long a module is blind after each photon of the energy window that it detects. The data state the "
                "parts of the time that modules are alive; 0: all of it.",
                0, 1000},
               simulates),
      with_use({"simulation.singles", &simulation.singles, "",
                "State each second how many single photons every crystal counts, as many as belong to the randoms."},
               simulates),
      with_use({"simulation.origins", &simulation.origins, "",
                "Write the events also as a table NAME_origins.h5, which tells what became of their photons: "
                "input.only takes some of them, for study."},
               simulates),
      with_use({"simulation.seed", &simulation.seed, "",
                "Seed of the random numbers; the same seed gives the same data.", 0, 4294967295},
               simulates),

      {"image.size", &image.size, "voxels",
       "Number of voxels; 0: as many as cover 85 % of the bore, or all crystals along the axis.", 0, 4096},
      {"image.voxel_size_mm", &image.voxel_size_mm, "mm", "Edges of a voxel.", 0.05, 100},
      {"image.centre_offset_mm", &image.centre_offset_mm, "mm",
       "Middle of the image relative to the middle of the scanner.", -5000, 5000},

      {"corrections.efficiencies", &corrections.efficiencies, "",
       "Use the detection efficiencies that the file holds."},
      word_setting("corrections.geometric", corrections.geometric, {"off", "on", "auto"},
                   "Solid angle of each crystal pair; auto: unless the file's efficiencies or normalization hold it "
                   "already."),
      path_setting(
          "corrections.attenuation", corrections.attenuation,
          "Image of the linear attenuation at 511 keV in 1/cm, or CT image in Hounsfield units, on any grid, in "
          "scanner axes; empty: no correction."),
      with_use(shift_setting("corrections.attenuation_shift_mm", corrections.attenuation_place), has_map),
      with_use(turn_setting("corrections.attenuation_turn_degrees", corrections.attenuation_place), has_map),
      path_setting("corrections.hardware", corrections.hardware,
                   "Attenuation image or CT image of what stays in the scanner, bed and coils, if "
                   "corrections.attenuation does not hold it: it is added. Empty: none."),
      with_use(shift_setting("corrections.hardware_shift_mm", corrections.hardware_place), has_hardware),
      with_use(turn_setting("corrections.hardware_turn_degrees", corrections.hardware_place), has_hardware),
      with_use(
          {"corrections.ct_kvp", &corrections.ct_kvp, "kV",
           "Tube voltage of CT images, which their numbers depend on; 0: as a DICOM series says, else 120.", 0, 140},
          has_attenuation),
      with_use({"corrections.ct_smoothing_mm", &corrections.ct_smoothing_mm, "mm",
                "Resolution (FWHM) that CT images are smoothed to, so that their edges are as blurred as those of the "
                "activity; 0: none.",
                0, 50},
               has_attenuation),
      with_use(
          word_setting("corrections.ct_dense", corrections.ct_dense, {"bone", "metal"},
                       "What CT numbers above some 1,200 HU are. bone: the denser, the more they attenuate; metal: "
                       "metal or contrast agent, whose numbers are too high: the curve is nearly flat there."),
          has_attenuation),
      path_setting("corrections.normalization", corrections.normalization,
                   "Efficiencies of the scanner instead of those of the data: what a job with normalization.source "
                   "leaves (.petsird). For CASToR's data, its normalization file (.cdh) of all LORs that can be "
                   "measured. Empty: none."),
      word_setting("corrections.randoms", corrections.randoms, {"none", "delayeds", "singles", "auto"},
                   "Estimate of the random coincidences: from the delayed window, or from the rates of single photons. "
                   "auto: delayeds if the file has any, else singles if it states them."),
      with_use({"corrections.coincidence_window_ns", &corrections.coincidence_window_ns, "ns",
                "Whole width of the coincidence window (2 tau), for randoms from singles of a scanner without time of "
                "flight; 0: as the data state it.",
                0, 100},
               may_use_singles),
      with_use(path_setting("corrections.singles_background", corrections.singles_background,
                            "Table (CSV) with the columns crystal and counts_per_s: singles that crystals count by "
                            "themselves, which are no part of the randoms. Empty: none."),
               may_use_singles),
      word_setting("corrections.scatter", corrections.scatter, {"none", "sss", "auto"},
                   "Scattered coincidences. sss: simulated from the image and the attenuation (single scatter, with "
                   "time of flight), in turns with the reconstruction; auto: that, where attenuation and energy window "
                   "are known and the data do not hold their own."),
      with_use(
          word_setting("corrections.scatter_scale", corrections.scatter_scale, {"tails", "absolute", "auto"},
                       "What the simulated scatter is scaled by. tails: counts beside the body; absolute: the usual "
                       "share of multiple scatter; auto: tails, unless these hold no scatter at all."),
          [=, &job] { return corrects_scatter() && job.corrections.scatter_estimate.empty(); }),
      with_use(path_setting("corrections.scatter_estimate", corrections.scatter_estimate,
                            "Estimate of the scatter that an earlier job of the same data has left with "
                            "output.scatter (_scatter.h5), instead of a new one. In another frame of them it is "
                            "scaled by the prompts less the randoms. Empty: none."),
               corrects_scatter),
      with_use({"corrections.energy_low_kev", &corrections.energy_low_kev, "keV",
                "Lower limit of the energy window; 0: as the data state it.", 0, 2000},
               corrects_scatter),
      with_use({"corrections.energy_high_kev", &corrections.energy_high_kev, "keV",
                "Upper limit of the energy window; 0: as the data state it.", 0, 2000},
               corrects_scatter),
      with_use({"corrections.energy_resolution", &corrections.energy_resolution, "",
                "Energy resolution of the crystals: FWHM at 511 keV over 511 keV; 0: as the data state it, or else "
                "0.11.",
                0, 1},
               corrects_scatter),
      word_setting(
          "corrections.live_time", corrections.live_time, {"off", "on", "auto"},
          "Part of the time in which detectors could record, where the file states their dead time; auto: if it "
          "does. Off for files whose times are live times already."),
      path_setting("corrections.multiplicative", corrections.multiplicative,
                   "Factors of a histogram's bins, a file of the same bins: normalization, attenuation and whatever "
                   "else multiplies. Empty: none."),
      with_use(word_setting("corrections.multiplicative_is", corrections.multiplicative_is,
                            {"auto", "efficiency", "correction"},
                            "What that file holds. efficiency: counts per line integral, 0 in gaps; correction: its "
                            "inverse, which counts are multiplied by; auto: told by the values, where they tell it."),
               [&job] { return !job.corrections.multiplicative.empty(); }),
      path_setting("corrections.additive", corrections.additive,
                   "Background of a histogram's bins, a file of the same bins: randoms and scatter. Empty: none."),
      with_use(word_setting("corrections.additive_is", corrections.additive_is, {"counts", "times-correction"},
                            "What that file holds. counts: expected counts, as they are in the prompts; "
                            "times-correction: multiplied by the corrections, as STIR's additive sinograms are."),
               [&job] { return !job.corrections.additive.empty(); }),
      word_setting("corrections.motion", corrections.motion, {"off", "auto"},
                   "Movements of bed and gantry that the file states; auto: the image is that of a body on the bed at "
                   "its reference position. Off with input.motion, which says where the body itself is."),

      path_setting(
          "normalization.source", normalization.source,
          "Source of a normalization scan: a phantom (a file, or the name of one of the program's) or an image "
          "of its activity in Bq/mL, with corrections.attenuation for what it absorbs. The job then estimates "
          "efficiencies from input.data instead of an image, to be used as corrections.normalization. Empty: "
          "none.",
          PathRule::resource),
      with_use(
          word_setting("normalization.pair_factors", normalization.pair_factors, {"none", "transaxial", "full"},
                       "Factors of pairs of crystals beside those of single ones and the solid angle, alike for "
                       "pairs that the scanner's symmetry maps onto each other. transaxial: by their places around "
                       "the ring; full: by their rings, too, which takes many more counts."),
          [&job] { return !job.normalization.source.empty(); }),

      {"sensitivity.fraction", &sensitivity.fraction, "",
       "Part of the crystal pairs that the sensitivity image is computed from, spread evenly; 1: all, exact. 0: all "
       "where they are few, else as small a part as leaves 1 % of noise at most in a voxel of what attenuates, and "
       "less than a third of what the prompts have there, so that the image has hardly more.",
       0, 1},
      {"sensitivity.use_cache", &sensitivity.use_cache, "",
       "Keep sensitivity images for the next job that needs them."},
      path_setting("sensitivity.cache_folder", sensitivity.cache_folder,
                   "Folder for them; empty: coincide/ in the user's folder for caches."),

      row_setting("algorithm.name", algorithm.name, recon::algorithms(), "How the image is computed."),
      with_use({"algorithm.subsets", &algorithm.subsets, "",
                "Subsets of the counts, which update the image one after the other; 0: " + usual_subsets() +
                    ", or fewer if there are too few counts for them.",
                0, 1000},
               [&job] { return job.algorithm_kind().subsets > 1; }),
      {"algorithm.tof", &algorithm.tof, "", "Use the time of flight where the file has it."},
      {"algorithm.psf_fwhm_mm", &algorithm.psf_fwhm_mm, "mm",
       "Width (FWHM) of the Gaussian resolution model; 0: none. Edges and small objects may overshoot with it.", 0, 50},
      path_setting("algorithm.psf_table", algorithm.psf_table,
                   "Resolution model whose width changes with the distance from the scanner's axis: a CSV table with "
                   "the columns radius_mm, radial_fwhm_mm, tangential_fwhm_mm, axial_fwhm_mm, linear between its rows. "
                   "The axis must be z. Empty: algorithm.psf_fwhm_mm everywhere."),
      path_setting("algorithm.start_image", algorithm.start_image,
                   "Image to start from, on the grid of the result; empty: a uniform image."),

      with_use(
          row_setting("prior.name", prior.name, recon::priors(),
                      "What is more probable of images than what the counts alone say."),
          [&job] { return job.algorithm.name == recon::AlgorithmName::automatic || job.algorithm_kind().takes_prior; }),
      with_use({"prior.strength", &prior.strength, "",
                "How much the prior weighs against the counts, alike for all counts, voxels and subsets; in mm^2 for "
                "priors of pairs of voxels, useful from 0.3 to 10: its root is a length that is smoothed over; in mm "
                "for total-variation and parallel-level-sets. With 3e5 to 1e6 prompts in 6 mm voxels, about as noisy "
                "as osem with a Gaussian of 5 mm are relative-difference at 1 to 2, total-variation at 0.1, huber and "
                "log-cosh at 4 to 8; quadratic costs more contrast.",
                0, 1e6},
               has_prior),
      with_use({"prior.gamma", &prior.gamma, "", "How much relative-difference spares edges; 0: not.", 0, 1000},
               of_prior("gamma")),
      with_use({"prior.epsilon", &prior.epsilon, "",
                "Softens relative-difference near 0, as a part of the image's typical value.", 0, 1000},
               of_prior("epsilon")),
      with_use({"prior.delta", &prior.delta, "",
                "Differences beyond are spared by log-cosh and huber, as a part of the image's typical value, and by "
                "total-variation, per mm; 0: 0.1, and 0.01 per mm.",
                0, 1000},
               of_prior("delta")),
      with_use({"prior.alpha", &prior.alpha, "",
                "Gradients below count as noise for parallel-level-sets, as a part of the image's typical value per "
                "mm.",
                1e-9, 1000},
               of_prior("alpha")),
      with_use({"prior.eta", &prior.eta, "",
                "The same for the anatomical image, as a part of its large gradients (99th percentile).", 1e-9, 1000},
               of_prior("eta")),
      with_use({"prior.neighbours", &prior.neighbours, "",
                "Neighbours of a voxel that count for bowsher: those most alike in the anatomical image.", 1, 26},
               of_prior("neighbours")),
      with_use(pair_setting("prior.pair", prior.pair, "What bowsher does to pairs of neighbours."), of_prior("pair")),
      with_use(path_setting("prior.anatomical", prior.anatomical,
                            "Anatomical image for bowsher and parallel-level-sets, on any grid, in scanner axes."),
               needs_anatomy),
      with_use(shift_setting("prior.anatomical_shift_mm", prior.anatomical_place), needs_anatomy),
      with_use(turn_setting("prior.anatomical_turn_degrees", prior.anatomical_place), needs_anatomy),
      with_use(word_setting("prior.scale", prior.scale, {"invariant", "raw"},
                            "raw: plain sums with STIR's weights, to compare with other programs; strength, epsilon, "
                            "delta, alpha and eta are then in the unit of the counts and of the image before "
                            "calibration."),
               has_prior),

      also_called(
          "algorithm.iterations",
          {"stop.passes", &stop.passes, "",
           "Passes over all counts; 0: as many as usual for the algorithm (" + usual_passes() + ").", 0, 100000}),
      with_use({"stop.change", &stop.change_percent, "%",
                "Stop where the estimated distance to the optimum, rms in the object, is below this part of its mean; "
                "0: by passes only.",
                0, 100},
               takes(&recon::AlgorithmKind::estimates_distance)),

      {"quantification.half_life_s", &quantification.half_life_s, "s",
       "Half-life, to correct decay to the injection, if that is known, else to the frame's start or, of several "
       "frames, "
       "to the time 0 of the file; 0: no decay correction.",
       0, 1e18},
      {"quantification.branching_ratio", &quantification.branching_ratio, "",
       "Positrons per decay, for example 0.9686 for fluorine-18.", 0.0001, 1},
      {"quantification.calibration", &quantification.calibration, "",
       "What activities are divided by, beside the calibration that the data state; `--analyse --figures calibration` "
       "finds it in the image of a uniform cylinder. With it, data without a calibration give Bq/mL, too. 0: none.",
       0, 1e12},

      {"tracer.name", &tracer.name, "", "The tracer, for example FDG. Empty: not known."},
      {"tracer.nuclide", &tracer.nuclide, "", "Its nuclide, for example F-18. Empty: not known."},
      {"tracer.dose_mbq", &tracer.dose_mbq, "MBq",
       "Activity at the injection, less what stayed in the syringe; 0: not known.", 0, 1e6},
      {"patient.weight_kg", &patient.weight_kg, "kg", "Weight; 0: not known.", 0, 1000},
      {"patient.height_m", &patient.height_m, "m", "Height; 0: not known.", 0, 3},
      word_setting("patient.sex", patient.sex, {"unknown", "male", "female", "other"},
                   "Sex, for uptake by lean body mass."),

      path_setting("kinetics.blood", kinetics.blood,
                   "Table (CSV) of the tracer in arterial plasma, with columns time_s and activity, from the injection "
                   "on: images of Patlak's K and V are then made of the frames. Empty: none."),
      with_use(text_of_list("kinetics.blood_unit", kinetics.blood_unit, with_unstated(blood_units()),
                            "Unit of its activities."),
               has_blood),
      with_use(word_setting("kinetics.blood_decay", kinetics.blood_decay,
                            {"unstated", "as-measured", "to-scan", "to-injection"},
                            "Whether its activities are as the counter measured them, or corrected for decay to the "
                            "time 0 of the file or to the injection; this must be said."),
               has_blood),
      with_use(word_setting("kinetics.blood_zero", kinetics.blood_zero, {"scan", "injection"},
                            "What its times count from: scan: the time 0 of the file."),
               has_blood),
      with_use(word_setting("kinetics.method", kinetics.method, {"indirect", "direct"},
                            "indirect: K and V are fitted to the finished frames; direct: reconstructed from the "
                            "events of all frames at once, by nested EM, which has less noise; takes about twice the "
                            "time, and keeps the events of these frames in memory."),
               has_blood),
      with_use({"kinetics.t_star_s", &kinetics.t_star_s, "s",
                "Frames that begin so long after the injection, or later, are used: from then on Patlak's plot is a "
                "line.",
                0, 1e9},
               has_blood),

      path_setting("output.folder", output.folder, "Folder for the results; it is made if it is missing."),
      {"output.name", &output.name, "", "Name of the results without a suffix; empty: the name of the job file."},
      text_of_list("output.format", output.format, image_suffixes(), "Format of the images, by its suffix."),
      with_use({"output.save_every_iteration", &output.save_every_iteration, "",
                "Write the image after each iteration too."},
               [&job] { return !job.in_parts(); }),
      with_use({"output.scatter", &output.scatter, "",
                "Keep the estimate of the scatter as NAME_scatter.h5, for corrections.scatter_estimate of other jobs."},
               [&job] { return job.corrections.scatter != recon::ScatterMethod::none; }),
      {"output.factors", &output.factors, "",
       "Keep what multiplies and adds in the model of a STIR sinogram's bins, all corrections together, as STIR's "
       "NAME_multiplicative.hs (1 / m) and NAME_additive.hs (b / m)."},
      with_use(path_setting("output.regions", output.regions,
                            "Mask with whole numbers for regions, 0 outside, on any grid, in scanner axes: the mean of "
                            "each region in each frame is written as a table (NAME_tac.csv). Empty: none."),
               [&job] { return !job.frames.durations.empty(); }),
      {"output.filter_fwhm_mm", &output.filter_fwhm_mm, "mm",
       "Width (FWHM) of a Gaussian that smooths the finished image, after the iterations; 0: none.", 0, 100},
      {"output.median_voxels", &output.median_voxels, "voxels",
       "Edge of the cube of voxels that a median of the finished image is taken over, an odd number; 1: none.", 1, 21},
      {"output.checkpoint", &output.checkpoint, "passes",
       "Keep in NAME.checkpoint, after so many passes and where the run ends, what --resume needs to go on; of frames "
       "and gates each has one of its own. 0: not by passes.",
       0, 100000},
      {"output.checkpoint_minutes", &output.checkpoint_minutes, "min",
       "Keep it so long after the last one, too, also within a pass. 0: not by time.", 0, 1e6},

      {"compute.device", &compute.device, "", "Where to compute: auto, cpu, cuda or cuda:N."},
      {"compute.threads", &compute.threads, "", "Threads on the CPU; 0: one per core.", 0, 4096},
      {"compute.memory_limit_gb", &compute.memory_limit_gb, "GB",
       "Most memory of a run; events beyond it go to a temporary file; 0: no limit, but events take half of the "
       "machine's at most.",
       0, 1e6},
  };
}

const std::vector<std::pair<std::string, std::string>>& job_sections() {
  static const std::vector<std::pair<std::string, std::string>> sections = {
      {"input", "Measured data. A job has either input.data or the two files of [simulation]."},
      {"frames", "Parts of the acquisition that get images of their own; one image of all if there are none."},
      {"simulation", "Simulated data, written to the output folder and then reconstructed like a measurement."},
      {"image", "The voxels of the result. Axes x, y, z of the scanner, z along its axis."},
      {"corrections", "Which effects the model of the measurement holds."},
      {"normalization", "Estimate of efficiencies from a scan of a known source, in a job of its own."},
      {"sensitivity", "The sensitivity image: how likely a decay in each voxel is recorded."},
      {"algorithm", "How the image is computed."},
      {"prior", "What else is known of the image; maximised is log likelihood - strength R(image)."},
      {"stop", "When it is good enough."},
      {"quantification", "From counts to Bq/mL."},
      {"tracer", "What was injected: written beside the images, for standardised uptake values (SUV)."},
      {"patient", "Who it was injected into, as far as SUV needs it. No names."},
      {"kinetics", "Images of how the tracer is taken up, from frames.durations and a blood curve."},
      {"output", "What is written where."},
      {"compute", "What the work is done with."},
  };
  return sections;
}

}  // namespace coincide::io
