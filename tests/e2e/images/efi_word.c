// SPDX-License-Identifier: Apache-2.0
// An EFI program of three lines for machines that Debian has no loader for: says that it runs, and for which machine it was built.
// Built by make-efi-word; the console is that of UEFI 2.10, section 12.4.
typedef unsigned short Char16;
typedef unsigned long long Status;  // UINTN is smaller on IA32, where only the low half is looked at

#if defined(__i386__)
#define EFI_CALL __attribute__((cdecl))
#define WORD u"BOOTFERRY-EFI ia32 runs\r\n"
#else
#define EFI_CALL
#define WORD u"BOOTFERRY-EFI arm64 runs\r\n"
#endif

struct Console {
  void* reset;
  Status(EFI_CALL* output_string)(struct Console* self, const Char16* text);
};

struct SystemTable {
  char header[24];
  Char16* vendor;
  unsigned revision;
  void* input_handle;
  void* input;
  void* output_handle;
  struct Console* output;
};

Status EFI_CALL efi_main(void* image, struct SystemTable* system) {
  (void)image;
  system->output->output_string(system->output, WORD);
  for (;;) {
  }
}
