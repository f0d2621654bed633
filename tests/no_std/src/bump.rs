//! An allocator that needs no operating system.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ptr;
use core::sync::atomic::{AtomicUsize, Ordering};

/// An allocator that returns parts of one block of memory and never frees them.
struct Bump {
    block: UnsafeCell<[u8; BYTES]>,
    used: AtomicUsize,
}

const BYTES: usize = 4 << 20;

// SAFETY: every part of the block is returned at most once, because `used` only grows, and changes
// atomically.
unsafe impl Sync for Bump {}

// SAFETY: the returned memory is within the block, aligned, and not used by any other allocation.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let start = self.block.get() as usize;
        let mut at = 0;
        let fits = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            at = (start + used).next_multiple_of(layout.align()) - start;
            at.checked_add(layout.size()).filter(|end| *end <= BYTES)
        });
        // SAFETY: the allocation from `at` to its end is within the block.
        if fits.is_ok() { unsafe { self.block.get().cast::<u8>().add(at) } } else { ptr::null_mut() }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ALLOCATOR: Bump = Bump { block: UnsafeCell::new([0; BYTES]), used: AtomicUsize::new(0) };
