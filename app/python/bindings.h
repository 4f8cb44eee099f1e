#pragma once

#include <nanobind/nanobind.h>

namespace coincide::python {

// What the module holds, by subject.

void bind_image(nanobind::module_& module);
void bind_job(nanobind::module_& module);
void bind_run(nanobind::module_& module);
void bind_scanner(nanobind::module_& module);
void bind_data(nanobind::module_& module);
void bind_problem(nanobind::module_& module);

}  // namespace coincide::python
