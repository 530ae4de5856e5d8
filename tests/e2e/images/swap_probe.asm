; SPDX-License-Identifier: Apache-2.0
; A boot sector for floppies: prints what is in the sector behind it, waits for a key, and again.
; The sector holds text that ends with a NUL. COM1 has what the BIOS prints.
bits 16
org 0x7c00

start:
    cli
    xor ax, ax
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov sp, 0x7c00
    sti
    mov [drive], dl
next:
    mov ax, 0x0201          ; read one sector
    mov cx, 0x0002          ; cylinder 0, sector 2
    xor dh, dh
    mov dl, [drive]
    mov bx, 0x8000
    int 0x13
    jnc good
    mov si, failed
    call print
    jmp key
good:
    mov si, 0x8000
    call print
key:
    xor ah, ah
    int 0x16
    jmp next

print:
    lodsb
    test al, al
    jz done
    mov ah, 0x0e
    xor bx, bx
    int 0x10
    jmp print
done:
    ret

failed db "SWAP-READ-FAILED", 13, 10, 0
drive db 0

times 510 - ($ - $$) db 0
dw 0xaa55
