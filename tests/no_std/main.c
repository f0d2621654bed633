/* Links the static library and nothing of Rust's std, and runs it. */
#include <stddef.h>

extern size_t begin_sign_in(void);
extern size_t sign_in(void);
extern size_t read_stored_session(void);
extern size_t refresh(void);
extern size_t get_credentials(void);

/* Rust's own `core` and `alloc` were compiled to unwind, and name this; with panic = "abort" nothing calls it. */
void rust_eh_personality(void) {}

/* The number of the first that fails. */
int main(void) {
    if (begin_sign_in() <= 700) return 1;
    if (!sign_in()) return 2;
    if (read_stored_session() <= 80) return 3;
    if (!refresh()) return 4;
    if (!get_credentials()) return 5;
    return 0;
}
