#pragma once

#include <nlohmann/json.hpp>

#include "gui/model/scene_state.h"
#include "gui/model/view_state.h"

namespace coincide::gui {

/// How data are looked at, with layers that have a source, but not their images.
nlohmann::ordered_json look_json(const ViewState::Look& look);
/// Throws nlohmann's exceptions, FileError or InputError for what is none. What only goes too far is kept within what
/// the window can show.
ViewState::Look look_of_json(const nlohmann::ordered_json& json);

Slab slab_of_json(const nlohmann::ordered_json& json);
nlohmann::ordered_json mosaic_json(const Mosaic& mosaic);
/// Likewise.
Mosaic mosaic_of_json(const nlohmann::ordered_json& json);

nlohmann::ordered_json scene_json(const SceneOptions& options);
SceneOptions scene_of_json(const nlohmann::ordered_json& json);

NLOHMANN_JSON_SERIALIZE_ENUM(VolumeStyle, {{VolumeStyle::maximum, "maximum"},
                                           {VolumeStyle::rendering, "rendering"},
                                           {VolumeStyle::hidden, "hidden"}})
NLOHMANN_JSON_SERIALIZE_ENUM(CrystalColours, {{CrystalColours::hidden, "hidden"},
                                              {CrystalColours::by_module, "by module"},
                                              {CrystalColours::by_counts, "by counts"}})
NLOHMANN_JSON_SERIALIZE_ENUM(SlabKind,
                             {{SlabKind::none, "none"}, {SlabKind::mean, "mean"}, {SlabKind::maximum, "maximum"}})
NLOHMANN_JSON_SERIALIZE_ENUM(Combination, {{Combination::none, "none"},
                                           {Combination::difference, "difference"},
                                           {Combination::ratio, "ratio"},
                                           {Combination::checkerboard, "checkerboard"},
                                           {Combination::blend, "blend"}})

}  // namespace coincide::gui
