/// The dashboard's bundle (bundle.h), as bytes of the program.

// clang-format off
asm(".section .rodata\n"
    ".balign 16\n"
    ".global coffer_dashboard_begin\n"
    ".global coffer_dashboard_end\n"
    "coffer_dashboard_begin:\n"
    ".incbin \"" COFFER_DASHBOARD_BUNDLE "\"\n"
    "coffer_dashboard_end:\n"
    ".byte 0\n"
    ".text\n");
// clang-format on
