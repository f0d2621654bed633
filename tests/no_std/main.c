/* Links the static library without Rust's std, and calls its functions. */
#include <stddef.h>

extern size_t begin_sign_in(void);
extern size_t sign_in(void);
extern size_t read_stored_session(void);
extern size_t refresh(void);
extern size_t get_credentials(void);

/* Rust's `core` and `alloc` are compiled for unwinding and refer to this symbol. With panic = "abort", the symbol is
   never called. */
void rust_eh_personality(void) {}

/* Returns the number of the first function that fails, or 0. */
int main(void) {
    if (begin_sign_in() <= 700) return 1;
    if (!sign_in()) return 2;
    if (read_stored_session() <= 80) return 3;
    if (!refresh()) return 4;
    if (!get_credentials()) return 5;
    return 0;
}
