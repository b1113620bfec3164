//! The module's memory: blocks of 16, 32, 64… bytes, and of each size a list of those that were given back.
//!
//! As small as an allocator can be that uses memory again: a fold holds few texts and lists, whose sizes come again and again, so what is
//! never put together or cut up stays little. Every byte of a general one would be loaded by every viewer.

use std::{
    alloc::{GlobalAlloc, Layout},
    arch::wasm32::{memory_grow, memory_size},
    cell::UnsafeCell,
    ptr::null_mut,
};

const PAGE_BYTES: usize = 64 * 1024;
const SMALLEST_BYTES: usize = 16;

unsafe extern "C" {
    /// Where the linker's own data ends; a multiple of 16.
    static __heap_base: u8;
}

/// For a page, which has one thread.
pub struct Blocks {
    /// By size: the first block that was given back. It begins with the address of the second.
    free: [UnsafeCell<*mut u8>; usize::BITS as usize],
    /// From here on nothing was given away yet.
    rest: UnsafeCell<*mut u8>,
}

// SAFETY: a page has one thread, and so has an instance of the module.
unsafe impl Sync for Blocks {}

impl Blocks {
    /// All of the memory behind the linker's data.
    pub const fn new() -> Self {
        Self {
            free: [const { UnsafeCell::new(null_mut()) }; usize::BITS as usize],
            rest: UnsafeCell::new((&raw const __heap_base).cast_mut()),
        }
    }

    /// The list of the blocks that are large enough for `layout`, and their size.
    fn blocks(&self, layout: Layout) -> (*mut *mut u8, usize) {
        let bytes = layout.size().max(SMALLEST_BYTES).next_power_of_two();
        (self.free[bytes.ilog2() as usize].get(), bytes)
    }
}

// SAFETY: a block is in a list or given away, never both; it is as large as its size says, and lies at a multiple of 16, more than anything here asks for.
unsafe impl GlobalAlloc for Blocks {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (list, bytes) = self.blocks(layout);
        // SAFETY: nobody else looks at the lists meanwhile, and a block in one begins with an address.
        unsafe {
            let block = *list;
            if !block.is_null() {
                *list = *block.cast();
                return block;
            }
            let block = *self.rest.get();
            let end = block.wrapping_add(bytes);
            let missing = (end as usize).saturating_sub(memory_size(0) * PAGE_BYTES);
            if memory_grow(0, missing.div_ceil(PAGE_BYTES)) == usize::MAX {
                return null_mut();
            }
            *self.rest.get() = end;
            block
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let (list, _) = self.blocks(layout);
        // SAFETY: whoever gives a block back no longer looks at it.
        unsafe {
            *block.cast() = *list;
            *list = block;
        }
    }
}
