//! Signs in, or at least begins to, where there is no operating system.
#![no_std]

extern crate alloc;

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::panic::PanicInfo;
use core::ptr;
use core::sync::atomic::{AtomicUsize, Ordering};

use cognito_core::{AppClient, Event, Flow, Seed, SignIn, Step, Timestamp, UserPoolId};

/// Makes the first request of a sign-in and gives the length of its body, 0 on any error.
#[unsafe(no_mangle)]
pub extern "C" fn begin_sign_in() -> usize {
    let Ok(pool) = UserPoolId::new("us-east-1_QdbSdK39m") else { return 0 };
    let Ok(client) = AppClient::new(pool, "3pu8tnp684l4lmlfoth25ojmd2") else { return 0 };
    let mut flow = SignIn::srp(&client, "alice", "Very$ecur3", Seed::new([7; 32]));
    match flow.step(Timestamp::from_unix_seconds(0), Event::Start) {
        Ok(Step::Send(request)) => request.body().len(),
        _ => 0,
    }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}

/// Hands out memory from one block and never takes it back.
struct Bump {
    block: UnsafeCell<[u8; BYTES]>,
    used: AtomicUsize,
}

const BYTES: usize = 1 << 20;

// SAFETY: every part of the block is handed out at most once, since `used` only grows, and atomically.
unsafe impl Sync for Bump {}

// SAFETY: the memory is within the block, aligned, and belongs to nobody else.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let start = self.block.get() as usize;
        let mut at = 0;
        let fits = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            at = (start + used).next_multiple_of(layout.align()) - start;
            at.checked_add(layout.size()).filter(|end| *end <= BYTES)
        });
        // SAFETY: `at` and what follows it is within the block.
        if fits.is_ok() { unsafe { self.block.get().cast::<u8>().add(at) } } else { ptr::null_mut() }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ALLOCATOR: Bump = Bump { block: UnsafeCell::new([0; BYTES]), used: AtomicUsize::new(0) };
