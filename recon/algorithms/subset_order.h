#pragma once

namespace coincide::recon {

/// Which of n subsets comes at a place of a pass: place * g mod n, with g coprime to n and as near to 0.3 n as can be,
/// in every other pass with n - g, which is near 0.7 n. Subsets that follow on each other then differ, and the image
/// does not drift with one order. The same in every run. Source: Herman and Meyer, IEEE Trans. Med. Imaging 12(3),
/// 1993, whose orders are as good.
int subset_at(int place, int pass, int n);

}  // namespace coincide::recon
