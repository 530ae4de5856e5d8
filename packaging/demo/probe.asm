; SPDX-License-Identifier: Apache-2.0
; The Bootferry boot probe: a boot sector and 16 sectors of real-mode code.
;
; It tells a person that this machine booted over the network, and tells a test what INT 13h does: geometry (08h, 48h),
; reads by CHS (02h) and by LBA (42h), a write (03h) that is read back, on every drive that carries the probe's marks.
; Each line goes to COM1 directly, whole and with interrupts off, then to the screen by INT 10h. Firmware that mirrors
; INT 10h to the serial line (SeaBIOS without a display) would show each line twice and cut our markers in two: there
; the text goes into the video memory instead.
;
; Sectors (LBA):  0 boot sector   1-16 program   40 LBA mark   41 CHS mark   42 the sector that is written   last: END mark
; One partition, LBA 63-16127, starts at CHS 0/1/1 and ends at 15/15/63: iPXE and BIOSes derive 16 heads, 63 sectors from it.
; `make-probe` assembles it, pads it to 8 MiB and sets the END mark. -DPARTITION_TYPE=0xEF makes the partition an ESP.

bits 16
cpu 386
org 0x7C00

%ifndef PARTITION_TYPE
%define PARTITION_TYPE 0x7F             ; "experimental": no system mounts it by itself
%endif

PROGRAM_SECTORS equ 16
LBA_MARK_SECTOR equ 40
CHS_MARK_SECTOR equ 41                  ; CHS 0/0/42
WRITE_SECTOR    equ 42                  ; CHS 0/0/43
BOOTS_OFFSET    equ 64                  ; a dword in the written sector: how often this drive was written
COM1            equ 0x3F8
BUFFER          equ 0xB000              ; one sector that is read into
WRITTEN         equ 0xB200              ; one sector that is written from
LINE            equ 0xB400              ; the line being composed
DRIVES_MAX      equ 8

boot_sector:
        cli
        xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov sp, 0x7C00
        sti
        cld
        jmp 0x0000:.load
.load:  mov [boot_drive], dl
        mov si, 3                       ; a real disk may need a second try
.again: mov ax, 0x0200 + PROGRAM_SECTORS
        mov bx, program
        mov cx, 0x0002                  ; cylinder 0, sector 2
        mov dh, 0
        mov dl, [boot_drive]
        int 0x13
        jnc program
        xor ah, ah
        mov dl, [boot_drive]
        int 0x13
        dec si
        jnz .again
        mov si, text_unreadable
.print: lodsb
        test al, al
        jz halt
        mov ah, 0x0E
        mov bx, 0x0007
        int 0x10
        jmp .print
halt:   sti
        hlt
        jmp halt

boot_drive:      db 0
text_unreadable: db 'Bootferry probe: the program behind the boot sector cannot be read.', 13, 10, 0

        times 440 - ($ - $$) db 0
        dd 0x0B0071FE                   ; disk signature
        dw 0
        db 0x80, 1, 1, 0                ; active, starts at CHS 0/1/1
        db PARTITION_TYPE, 15, 63, 15   ; ends at CHS 15/15/63
        dd 63, 16065
        times 510 - ($ - $$) db 0
        dw 0xAA55

; ---------------------------------------------------------------------------------------------------------------------
program:
        mov ax, 0x0003                  ; 80x25 text, cleared
        int 0x10
        cmp word [0x10 * 4 + 2], 0xF000 ; INT 10h in the BIOS and not in the VGA ROM: it is mirrored
        sete [mirrored]
        call serial_setup
        mov word [line_end], LINE
        call new_line                   ; ends whatever half line the firmware left on the serial line

        mov si, text_banner
        call put_text
        mov al, [boot_drive]
        call put_hex8
        mov si, text_banner_end
        call put_text
        call new_line
        call new_line
        mov si, text_welcome
        call put_lines

        mov byte [drive], 0x80
.drive: call describe_drive
        jc .next
        inc byte [drives]
.next:  inc byte [drive]
        cmp byte [drive], 0x80 + DRIVES_MAX
        jb .drive

        mov si, text_counted
        call put_text
        movzx eax, byte [0x475]         ; BIOS data area: number of hard disks
        call put_decimal
        mov si, text_counted_end
        call put_text
        call new_line
        call new_line

        mov byte [drive], 0x80
.test:  mov al, [drive]
        cmp al, [boot_drive]
        je .skip                        ; the boot drive comes last, as the DONE line
        call read_geometry
        jc .skip
        call has_mark
        jc .skip
        call test_drive
        mov si, text_drive_line
        call put_text
        mov al, [drive]
        call put_hex8
        call put_results
.skip:  inc byte [drive]
        cmp byte [drive], 0x80 + DRIVES_MAX
        jb .test

        mov al, [boot_drive]
        mov [drive], al
        call read_geometry
        call test_drive
        mov si, text_done
        call put_text
        movzx eax, byte [drives]
        call put_decimal
        call put_results
        call new_line
        mov si, text_bye
        call put_lines
        jmp halt

; One line for a person about [drive]; carry set if there is no such drive.
describe_drive:
        call read_geometry
        jc .done
        mov si, text_drive
        call put_text
        mov al, [drive]
        call put_hex8
        mov si, text_chs
        call put_text
        movzx eax, word [cylinders]
        call put_decimal
        mov al, '/'
        call put_char
        movzx eax, word [heads]
        call put_decimal
        mov al, '/'
        call put_char
        movzx eax, byte [sectors]
        call put_decimal
        mov si, text_lba
        call put_text
        mov eax, [total]
        call put_decimal
        mov si, text_sectors
        call put_text
        mov eax, [total]
        shr eax, 11
        call put_decimal
        mov si, text_mib
        call put_text
        call new_line
        clc
.done:  ret

; Fills cylinders, heads, sectors (08h) and total (48h) of [drive]; carry set if the BIOS knows no such drive.
read_geometry:
        mov word [total], 0
        mov word [total + 2], 0
        mov ah, 0x08
        mov dl, [drive]
        xor di, di
        int 0x13
        push ds
        pop es                          ; 08h may point ES:DI at a floppy table
        jc .none
        mov al, cl
        and al, 0x3F
        jz .none
        mov [sectors], al
        movzx ax, dh
        inc ax
        mov [heads], ax
        mov al, ch
        mov ah, cl
        shr ah, 6
        inc ax
        mov [cylinders], ax
        mov ah, 0x48
        mov dl, [drive]
        mov si, parameters
        mov word [si], 0x1E
        int 0x13
        jc .chs_only
        mov eax, [parameters + 0x10]
        mov [total], eax
.chs_only:
        clc
        ret
.none:  stc
        ret

; Carry clear if [drive] is a probe disk: only such a drive is ever written.
has_mark:
        mov eax, LBA_MARK_SECTOR
        call read_lba
        jc .done
        mov si, mark_lba
        call compare_mark
.done:  ret

; Sets each result of [drive] to the text OK, FAIL or REFUSED.
test_drive:
        mov word [result_chs], text_fail
        mov word [result_lba], text_fail
        mov word [result_last], text_fail
        mov word [result_write], text_fail
        mov word [result_back], text_fail
        mov dword [boots], 0

        mov ax, 0x0201                  ; read one sector by CHS
        mov cx, CHS_MARK_SECTOR + 1
        call sector_by_chs
        jc .lba
        mov si, mark_chs
        call compare_mark
        jc .lba
        mov word [result_chs], text_ok

.lba:   call has_mark
        jc .last
        mov word [result_lba], text_ok

.last:  mov eax, [total]
        dec eax
        call read_lba
        jc .write
        mov si, mark_end
        call compare_mark
        jc .write
        mov word [result_last], text_ok

.write: call prepare_written
        jc .done
        mov ax, 0x0301                  ; write one sector by CHS
        mov bx, WRITTEN
        mov cx, WRITE_SECTOR + 1
        call sector_at_bx
        jnc .written
        mov [write_status], ah
        mov word [result_write], text_refused
        mov word [result_back], text_none
        ret
.written:
        mov word [result_write], text_ok
        mov di, BUFFER                  ; nothing of the old content may pass for the new one
        xor ax, ax
        mov cx, 256
        rep stosw
        mov eax, WRITE_SECTOR
        call read_lba
        jc .done
        mov si, WRITTEN
        mov di, BUFFER
        mov cx, 256
        repe cmpsw
        jne .done
        mov word [result_back], text_ok
.done:  ret

; Composes the sector to write: text, drive number, and one more than the number of boots it held. Carry: unreadable.
prepare_written:
        mov eax, WRITE_SECTOR
        call read_lba
        jc .done
        mov eax, [BUFFER + BOOTS_OFFSET]
        inc eax
        mov [boots], eax
        mov di, WRITTEN
        mov cx, 128
        mov eax, 0x79727265             ; a pattern in the rest of the sector ("erry")
        rep stosd
        mov si, written_text
        mov di, WRITTEN
        mov cx, BOOTS_OFFSET
        rep movsb
        mov al, [drive]
        call hex8
        mov [WRITTEN + written_drive - written_text], ax
        mov eax, [boots]
        mov [WRITTEN + BOOTS_OFFSET], eax
        clc
.done:  ret

; INT 13h with AX = function and count, CL = sector in cylinder 0, head 0.
sector_by_chs:
        mov bx, BUFFER
sector_at_bx:
        mov dh, 0
        mov dl, [drive]
        int 0x13
        ret

; Reads the sector EAX of [drive] into BUFFER by 42h.
read_lba:
        mov [packet_lba], eax
        mov word [packet_count], 1      ; the BIOS may have changed it
        mov ah, 0x42
        mov dl, [drive]
        mov si, packet
        int 0x13
        ret

; Carry clear if BUFFER starts with the 18 bytes at SI.
compare_mark:
        mov di, BUFFER
        mov cx, 18
        repe cmpsb
        je .same
        stc
        ret
.same:  clc
        ret

; " chs-read=OK lba-read=OK last-read=OK write=OK read-back=OK boots=1" and the end of the line.
put_results:
        mov si, text_result_chs
        mov di, [result_chs]
        call put_result
        mov si, text_result_lba
        mov di, [result_lba]
        call put_result
        mov si, text_result_last
        mov di, [result_last]
        call put_result
        mov si, text_result_write
        mov di, [result_write]
        call put_result
        mov si, text_result_back
        mov di, [result_back]
        call put_result
        mov si, text_boots
        call put_text
        mov eax, [boots]
        call put_decimal
        jmp new_line

put_result:
        call put_text
        mov si, di
        jmp put_text

%include "probe_text.inc"
%include "serial_line.inc"

; ---------------------------------------------------------------------------------------------------------------------
text_banner:       db 'BOOTFERRY-PROBE drv=', 0
text_banner_end:   db ' bios', 0
text_welcome:      db '  Welcome aboard. This machine has booted over the network, from Bootferry.', 10
                   db '  The disk below is not in it: each sector came over the wire.', 10, 10, 0
text_drive:        db '  drive ', 0
text_chs:          db ': cylinders/heads/sectors ', 0
text_lba:          db ', ', 0
text_sectors:      db ' sectors by LBA (', 0
text_mib:          db ' MiB)', 0
text_counted:      db '  The BIOS counts ', 0
text_counted_end:  db ' hard disk(s).', 0
text_drive_line:   db 'BOOTFERRY-PROBE-DRIVE drv=', 0
text_done:         db 'BOOTFERRY-PROBE-DONE drives=', 0
text_result_chs:   db ' chs-read=', 0
text_result_lba:   db ' lba-read=', 0
text_result_last:  db ' last-read=', 0
text_result_write: db ' write=', 0
text_result_back:  db ' read-back=', 0
text_boots:        db ' boots=', 0
text_ok:           db 'OK', 0
text_fail:         db 'FAIL', 0
text_refused:      db 'REFUSED', 0
text_none:         db 'NONE', 0
text_bye:          db '  That is all this demo disk does. Assign another image to this machine', 10
                   db '  on the Bootferry page, and switch it off and on.', 10, 0

written_text:      db 'BOOTFERRY-WRITTEN drv='
written_drive:     db '00'
                   times BOOTS_OFFSET - ($ - written_text) db ' '

packet:            db 0x10, 0           ; disk address packet of 42h
packet_count:      dw 1
                   dw BUFFER, 0
packet_lba:        dd 0, 0

drive:             db 0
mirrored:          db 0
drives:            db 0
sectors:           db 0
write_status:      db 0
heads:             dw 0
cylinders:         dw 0
total:             dd 0
boots:             dd 0
line_end:          dw LINE
cursor:            dw 0
result_chs:        dw 0
result_lba:        dw 0
result_last:       dw 0
result_write:      dw 0
result_back:       dw 0
parameters:        times 0x1E db 0

mark_end:          db 'BOOTFERRY-END-MARK'
mark_lba:          db 'BOOTFERRY-LBA-MARK'
mark_chs:          db 'BOOTFERRY-CHS-MARK'

        times (PROGRAM_SECTORS + 1) * 512 - ($ - $$) db 0
        times LBA_MARK_SECTOR * 512 - ($ - $$) db 0
        db 'BOOTFERRY-LBA-MARK'
        times CHS_MARK_SECTOR * 512 - ($ - $$) db 0
        db 'BOOTFERRY-CHS-MARK'
        times WRITE_SECTOR * 512 - ($ - $$) db 0
        times 512 db 0
