//! Here lives what is taken out of the collector's module between the compiler and wasm-opt: the words of panics.
//!
//! A panic in the browser aborts, and nobody reads its message: the page's side drops the instance after any trap
//! (`collector-wasm/js/attempt.ts`). Stable Rust cannot leave the machinery of panics out, so the functions that never
//! return are made to trap at once, by name; wasm-opt then drops whatever only they needed.

use std::path::Path;

use anyhow::{Result, bail};
use walrus::{ConstExpr, DataKind, Function, FunctionBuilder, FunctionKind, Module, ir::Value};

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
];

/// The words of the functions above. Each has a character that no name in a beacon has.
const WORDS: &[&str] = &[
    "Tried to shrink to a larger capacity",
    "mid > len",
    "index out of bounds: the len is ",
    " but the index is ",
    "insertion index (is ",
    ") should be <= len (is ",
    "assertion failed: self.is_char_boundary(new_len)",
    "assertion failed: min <= max",
    "capacity overflow",
    "attempt to divide by zero",
];

/// What the linker exports, and nobody uses.
const UNUSED_EXPORTS: &[&str] = &["__data_end", "__heap_base"];

/// Writes the module at `from` to `to`, with every diverging function made to trap at once and without the exports that nobody uses.
///
/// TRICKY: the input must be unstripped. Functions are told by their names, and wasm-opt by the section `target_features` what the compiler used.
pub fn shorten(from: &Path, to: &Path) -> Result<()> {
    let module = &mut Module::from_file(from)?;
    let diverging: Vec<_> = module
        .funcs
        .iter_local()
        .filter(|(id, _)| {
            let name = plain_name(module.funcs.get(*id));
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
    walrus::passes::gc::run(module);
    let formats = module
        .funcs
        .iter()
        .any(|function| plain_name(function).contains("core::fmt::"));
    let segments: Vec<_> = module.data.iter().map(walrus::Data::id).collect();
    for segment in segments {
        let segment = module.data.get_mut(segment);
        let DataKind::Active {
            offset: ConstExpr::Value(Value::I32(address)),
            ..
        } = segment.kind
        else {
            bail!("the collector's module has data without a fixed place");
        };
        blank_places(&mut segment.value, usize::try_from(address)?);
        for words in WORDS {
            blank(&mut segment.value, words.as_bytes());
        }
        if !formats {
            blank(&mut segment.value, two_digits().as_bytes());
        }
    }
    module.emit_wasm_file(to)
}

/// Fails when the optimised module still imports something: the page's loader gives it nothing (`collector-wasm/js/wasm.ts`).
pub fn imports_nothing(wasm: &Path) -> Result<()> {
    let module = Module::from_file(wasm)?;
    let imports: Vec<_> = module.imports.iter().map(|import| import.name.as_str()).collect();
    if !imports.is_empty() {
        bail!("the collector's module imports {}", imports.join(", "));
    }
    Ok(())
}

/// Zeroes every place in the source that a panic would tell (pointer and length of a file's name, line, column) and the
/// names of the files. `data` lies at `address` of the memory.
fn blank_places(data: &mut [u8], address: usize) {
    let number = |data: &[u8], at: usize| {
        let bytes = data.get(at..at + 4)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(bytes)).ok()
    };
    let mut files = Vec::new();
    for at in (0..data.len()).step_by(4) {
        let (Some(pointer), Some(length)) = (number(data, at), number(data, at + 4)) else {
            break;
        };
        let Some(start) = pointer.checked_sub(address) else {
            continue;
        };
        let file = start..start.saturating_add(length);
        if data.get(file.clone()).is_some_and(|name| name.ends_with(b".rs")) && at + 16 <= data.len() {
            data[at..at + 16].fill(0);
            files.push(file);
        }
    }
    for file in files {
        data[file].fill(0);
    }
}

/// The table by which the standard library writes numbers; the beacon's own writer does without.
fn two_digits() -> String {
    (0..100).map(|number| format!("{number:02}")).collect()
}

/// Zeroes `words` wherever they stand.
fn blank(data: &mut [u8], words: &[u8]) {
    while let Some(at) = data.windows(words.len()).position(|window| window == words) {
        data[at..at + words.len()].fill(0);
    }
}

/// A function's name as it stands in the source: `core[c5930c85a12de822]::fmt` and `core::fmt` are the same in two manglings.
fn plain_name(function: &Function) -> String {
    let name = rustc_demangle::demangle(function.name.as_deref().unwrap_or_default()).to_string();
    let mut rest = &*name;
    let mut plain = String::new();
    while let Some((before, after)) = rest.split_once('[') {
        plain.push_str(before);
        rest = after.split_once(']').map_or("", |(_, after)| after);
    }
    plain + rest
}
