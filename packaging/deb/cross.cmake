# SPDX-License-Identifier: Apache-2.0
# Compiles for another Debian architecture; packaging/deb/build says for which: BOOTFERRY_TRIPLE, BOOTFERRY_PROCESSOR.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR $ENV{BOOTFERRY_PROCESSOR})
set(CMAKE_CXX_COMPILER $ENV{BOOTFERRY_TRIPLE}-g++)
set(CMAKE_LIBRARY_ARCHITECTURE $ENV{BOOTFERRY_TRIPLE})
set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/$ENV{BOOTFERRY_TRIPLE}/pkgconfig:/usr/share/pkgconfig)
