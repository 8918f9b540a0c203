//! The process's allocator.

/// Keeps what a large function needed from staying with the process. To be called before there are other threads.
///
/// glibc raises the size from which it maps blocks of their own with each of them that is freed (mallopt(3)); what vectors then leave
/// behind when they grow would add a fifth to the peak. With another C library this does nothing.
pub fn give_back_large_blocks() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it takes numbers, the size is the one that glibc starts with, and nothing else runs yet.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 128 * 1024);
    }
}

/// Gives back what is free now, so that what comes next can be measured. With another C library this does nothing.
pub fn give_back_free() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it takes a number, and threads may allocate meanwhile (malloc_trim(3)).
    unsafe {
        libc::malloc_trim(0);
    }
}
