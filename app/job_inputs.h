#pragma once

#include <filesystem>

#include "app/job_setup.h"
#include "io/job.h"

namespace coincide::app {

/// Opens all files that a job names, but those of attenuation (attenuation_input.h), and lists them in `setup.inputs`.
/// Throws FileError for what cannot be read, InputError for files that do not go together.
void open_inputs(const io::Job& job, JobSetup& setup);

/// Throws FileError, with the key of the setting, if the path is none of a file that can be read.
void require_file(const char* key, const std::filesystem::path& path);
/// The same for an image, which may be a folder, or a series in one, too.
void require_image(const char* key, const std::filesystem::path& path);
/// Reads such an image. Throws FileError with the key; what a user is to be told is added to `warnings`.
recon::Image image_at(const char* key, const std::filesystem::path& path, std::vector<std::string>& warnings);

}  // namespace coincide::app
