/* Links the static library and nothing of Rust's std, and runs it. */
#include <stddef.h>

extern size_t begin_sign_in(void);

/* Rust's own `core` and `alloc` were compiled to unwind, and name this; with panic = "abort" nothing calls it. */
void rust_eh_personality(void) {}

int main(void) { return begin_sign_in() > 700 ? 0 : 1; }
