// SPDX-License-Identifier: Apache-2.0
// What the server's own program is when it unpacks: started by the tests in its place.
#include "incoming/unpack.hpp"

int main(int argc, char** argv) { return argc > 1 ? bootferry::incoming::unpack_main(argc - 1, argv + 1) : 2; }
