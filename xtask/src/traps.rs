//! Here lives what is taken out of the collector's module between wasm-bindgen and wasm-opt: the words of panics, and the
//! table of JavaScript objects, since only numbers and bytes cross the border.
//!
//! A panic in the browser aborts, and nobody reads its message: the page's side drops the instance after any trap
//! (`collector-wasm/js/attempt.ts`). Stable Rust cannot leave the machinery of panics out, so the functions that never
//! return are made to trap at once, by name; wasm-opt then drops whatever only they needed.

use anyhow::{Result, bail};
use walrus::{FunctionBuilder, FunctionKind, Module};

/// Beginnings of the names of functions that do not return. Nothing else may be listed: it would trap where it worked before.
const DIVERGING: &[&str] = &[
    "core::panicking::",
    "core::option::unwrap_failed",
    "core::option::expect_failed",
    "core::result::unwrap_failed",
    "core::cell::panic_already_",
    "core::slice::index::slice_index_fail",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::str::slice_error_fail",
    "alloc::raw_vec::handle_error",
    "alloc::raw_vec::capacity_overflow",
    "alloc::alloc::handle_alloc_error",
    "alloc::vec::Vec<T,A>::insert::assert_failed",
    "alloc::vec::Vec<T,A>::remove::assert_failed",
    "std::panicking::",
    "std::alloc::rust_oom",
    "wasm_bindgen::throw_",
    "wasm_bindgen::__rt::borrow_fail",
    "wasm_bindgen::__rt::throw_null",
];

/// What wasm-bindgen exports for objects and for panics that unwind. The collector has neither.
const UNUSED_EXPORTS: &[&str] = &[
    "__wbindgen_start",
    "__wbindgen_externrefs",
    "__abort_handler",
    "__instance_terminated",
];

/// Makes every diverging function of `module` trap at once, and removes the exports that nobody uses.
/// The module must still have its names.
pub fn shorten(module: &mut Module) -> Result<()> {
    let diverging: Vec<_> = module
        .funcs
        .iter_local()
        .filter(|(id, _)| {
            let name = without_hashes(module.funcs.get(*id).name.as_deref().unwrap_or_default());
            DIVERGING.iter().any(|beginning| name.starts_with(beginning))
        })
        .map(|(id, function)| (id, function.ty(), function.args.clone()))
        .collect();
    if diverging.is_empty() {
        bail!("the collector's module has no function that panics: were its names stripped?");
    }
    for (id, ty, args) in diverging {
        let (params, results) = module.types.params_results(ty);
        let (params, results) = (params.to_vec(), results.to_vec());
        let mut builder = FunctionBuilder::new(&mut module.types, &params, &results);
        builder.func_body().unreachable();
        module.funcs.get_mut(id).kind = FunctionKind::Local(builder.local_func(args));
    }
    for name in UNUSED_EXPORTS {
        module.exports.remove(name)?;
    }
    Ok(())
}

/// `core[c5930c85a12de822]::fmt` and `core::fmt` are the same function in two manglings.
fn without_hashes(name: &str) -> String {
    let mut rest = name;
    let mut plain = String::new();
    while let Some((before, after)) = rest.split_once('[') {
        plain.push_str(before);
        rest = after.split_once(']').map_or("", |(_, after)| after);
    }
    plain + rest
}
