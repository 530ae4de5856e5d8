// SPDX-License-Identifier: Apache-2.0
#include "images/presets/boot_code.hpp"

#include <array>

namespace bootferry::images::presets {
namespace {

// Both for an i386, which is what the loader needs that serves such a disk. INT 13h ends with carry set when it fails,
// INT 18h tells the firmware to try what comes next.

// Moves itself out of the way, finds the active partition, reads its first sector to 0000:7C00 by block number or,
// where the BIOS cannot, by cylinder, head and sector, and jumps there with the drive in DL and the entry at DS:SI.
// clang-format off
constexpr std::uint8_t mbr_instructions[] = {
    0x31, 0xC0,                                 // start: xor ax, ax
    0xFA,                                       // cli
    0x8E, 0xD0,                                 // mov ss, ax
    0xBC, 0x00, 0x7C,                           // mov sp, 0x7C00
    0xFB,                                       // sti
    0x8E, 0xD8,                                 // mov ds, ax
    0x8E, 0xC0,                                 // mov es, ax
    0xFC,                                       // cld
    0x89, 0xE6,                                 // mov si, sp
    0xBF, 0x00, 0x06,                           // mov di, 0x600
    0xB9, 0x00, 0x01,                           // mov cx, 256
    0xF3, 0xA5,                                 // rep movsw
    0xEA, 0x1D, 0x06, 0x00, 0x00,               // jmp 0:moved
    0xBE, 0xBE, 0x07,                           // moved: mov si, 0x7BE
    0xB1, 0x04,                                 // mov cl, 4
    0xF6, 0x04, 0x80,                           // look: test byte [si], 0x80
    0x75, 0x0A,                                 // jnz found
    0x83, 0xC6, 0x10,                           // add si, 16
    0xE2, 0xF6,                                 // loop look
    0xBE, 0xA0, 0x06,                           // mov si, none
    0xEB, 0x59,                                 // jmp say
    0xB4, 0x41,                                 // found: mov ah, 0x41
    0xBB, 0xAA, 0x55,                           // mov bx, 0x55AA
    0x52,                                       // push dx
    0xCD, 0x13,                                 // int 0x13
    0x5A,                                       // pop dx
    0x72, 0x29,                                 // jc by_chs
    0x81, 0xFB, 0x55, 0xAA,                     // cmp bx, 0xAA55
    0x75, 0x23,                                 // jne by_chs
    0xF6, 0xC1, 0x01,                           // test cl, 1
    0x74, 0x1E,                                 // jz by_chs
    0x66, 0x6A, 0x00,                           // push dword 0
    0x66, 0xFF, 0x74, 0x08,                     // push dword [si+8]
    0x6A, 0x00,                                 // push word 0
    0x68, 0x00, 0x7C,                           // push word 0x7C00
    0x6A, 0x01,                                 // push word 1
    0x6A, 0x10,                                 // push word 16
    0x89, 0xF7,                                 // mov di, si
    0x89, 0xE6,                                 // mov si, sp
    0xB4, 0x42,                                 // mov ah, 0x42
    0x52,                                       // push dx
    0xCD, 0x13,                                 // int 0x13
    0x5A,                                       // pop dx
    0x89, 0xFE,                                 // mov si, di
    0x73, 0x12,                                 // jnc check
    0xB8, 0x01, 0x02,                           // by_chs: mov ax, 0x0201
    0xBB, 0x00, 0x7C,                           // mov bx, 0x7C00
    0x8B, 0x4C, 0x02,                           // mov cx, [si+2]
    0x8A, 0x74, 0x01,                           // mov dh, [si+1]
    0x52,                                       // push dx
    0xCD, 0x13,                                 // int 0x13
    0x5A,                                       // pop dx
    0x72, 0x10,                                 // jc failed
    0x81, 0x3E, 0xFE, 0x7D, 0x55, 0xAA,         // check: cmp word [0x7DFE], 0xAA55
    0x75, 0x08,                                 // jne failed
    0xBC, 0x00, 0x7C,                           // mov sp, 0x7C00
    0xEA, 0x00, 0x7C, 0x00, 0x00,               // jmp 0:0x7C00
    0xBE, 0xD4, 0x06,                           // failed: mov si, unread
    0xAC,                                       // say: lodsb
    0x84, 0xC0,                                 // test al, al
    0x74, 0x09,                                 // jz wait_key
    0xB4, 0x0E,                                 // mov ah, 0x0E
    0xBB, 0x07, 0x00,                           // mov bx, 7
    0xCD, 0x10,                                 // int 0x10
    0xEB, 0xF2,                                 // jmp say
    0x31, 0xC0,                                 // wait_key: xor ax, ax
    0xCD, 0x16,                                 // int 0x16
    0xCD, 0x18,                                 // int 0x18
    0xEB, 0xFE,                                 // jmp $
};
// clang-format on
constexpr std::string_view no_active_partition = "No partition of this disk is active. Press a key.\r\n";
constexpr std::string_view unreadable_partition = "The active partition of this disk cannot be read. Press a key.\r\n";
static_assert(std::size(mbr_instructions) == 0xA0);            // the text that "mov si, none" means begins here
static_assert(0xA0 + no_active_partition.size() + 1 == 0xD4);  // and this is where "unread" is

// Prints the text behind it, wherever it lies.
// clang-format off
constexpr std::uint8_t partition_instructions[] = {
    0xFA,                                       // cli
    0x31, 0xC0,                                 // xor ax, ax
    0x8E, 0xD0,                                 // mov ss, ax
    0xBC, 0x00, 0x7C,                           // mov sp, 0x7C00
    0xFB,                                       // sti
    0xFC,                                       // cld
    0x0E,                                       // push cs
    0x1F,                                       // pop ds
    0xE8, 0x00, 0x00,                           // call here
    0x5E,                                       // here: pop si
    0x83, 0xC6, 0x1A,                           // add si, text - here
    0xAC,                                       // say: lodsb
    0x84, 0xC0,                                 // test al, al
    0x74, 0x09,                                 // jz wait_key
    0xB4, 0x0E,                                 // mov ah, 0x0E
    0xBB, 0x07, 0x00,                           // mov bx, 7
    0xCD, 0x10,                                 // int 0x10
    0xEB, 0xF2,                                 // jmp say
    0x31, 0xC0,                                 // wait_key: xor ax, ax
    0xCD, 0x16,                                 // int 0x16
    0xCD, 0x18,                                 // int 0x18
    0xEB, 0xFE,                                 // stop: jmp stop
};
// clang-format on
constexpr std::string_view no_system = "This DOS disk has no system yet; install DOS on it. Press a key.\r\n";
static_assert(std::size(partition_instructions) == 0x29);  // "text - here" is counted to here

void append(Bytes& code, std::string_view text) {
  code.insert(code.end(), text.begin(), text.end());
  code.push_back(0);
}

}  // namespace

Bytes mbr_boot_code() {
  Bytes code(std::begin(mbr_instructions), std::end(mbr_instructions));
  append(code, no_active_partition);
  append(code, unreadable_partition);
  return code;
}

Bytes partition_boot_code() {
  Bytes code(std::begin(partition_instructions), std::end(partition_instructions));
  append(code, no_system);
  return code;
}

}  // namespace bootferry::images::presets
