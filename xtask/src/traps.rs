//! Here lives what is taken out of the collector's module between the compiler and wasm-opt: the words of panics.
//!
//! A panic in the browser aborts, and nobody reads its message: the page's side drops the instance after any trap
//! (`collector-wasm/js/attempt.ts`). Stable Rust cannot leave the machinery of panics out, so the functions that never
//! return are made to trap at once, by name; wasm-opt then drops whatever only they needed.

use std::{collections::BTreeSet, path::Path};

use anyhow::{Result, bail};
use walrus::{
    ConstExpr, DataKind, Function, FunctionBuilder, FunctionId, FunctionKind, LocalFunction, Module,
    ir::{CallIndirect, Const, Instr, InstrSeq, InstrSeqId, Load, Store, Unreachable, Value, Visitor, dfs_in_order},
};

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
    "<alloc::vec::Vec<_, _>>::insert_mut::assert_failed",
    "<alloc::vec::Vec<_, _>>::remove::assert_failed",
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
    "min > max. min = ",
    ", max = ",
    "removal index (is ",
    ") should be < len (is ",
    "capacity overflow",
    "attempt to divide by zero",
];

/// No table of the collector's own is longer, and no index it begins with greater.
const LIVE_BYTES: usize = 64;

/// What the linker exports, and nobody uses.
const UNUSED_EXPORTS: &[&str] = &["__data_end", "__heap_base"];

/// Writes the module at `from` to `to`, with every diverging function made to trap at once and without the exports that nobody uses.
///
/// TRICKY: the input must be unstripped. Functions are told by their names, and wasm-opt by the section `target_features` what the compiler used.
pub fn shorten(from: &Path, to: &Path) -> Result<()> {
    let module = &mut Module::from_file(from)?;
    let mentioned = addresses(module).numbers;
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
    let ids = diverging.iter().map(|(id, ..)| *id).collect();
    for (_, function) in module.funcs.iter_local_mut() {
        drop_last_words(function, &ids);
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
    // Only panics and formatting call through the table: without what it holds, all that goes.
    let elements: Vec<_> = module.elements.iter().map(walrus::Element::id).collect();
    for element in elements {
        module.elements.delete(element);
    }
    for table in module.tables.iter_mut() {
        table.elem_segments.clear();
    }
    walrus::passes::gc::run(module);
    let live = addresses(module);
    if live.calls_by_table {
        bail!("the collector's module calls a function by its place in the table, which is emptied");
    }
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
        let address = usize::try_from(address)?;
        // Code still hands places to functions that trap.
        let places = blank_places(&mut segment.value, address);
        blank_dead(&mut segment.value, address, &mentioned, &(&live.numbers - &places));
        for words in WORDS {
            blank(&mut segment.value, words.as_bytes());
        }
        if !formats {
            for digits in [&two_digits(), "0123456789abcdef", "0123456789ABCDEF"] {
                blank(&mut segment.value, digits.as_bytes());
            }
        }
    }
    module.emit_wasm_file(to)
}

/// Takes out what is only done to call a function that traps: the putting together of what a panic would tell.
fn drop_last_words(function: &mut LocalFunction, diverging: &BTreeSet<FunctionId>) {
    let mut sequences = Sequences::default();
    dfs_in_order(&mut sequences, function, function.entry_block());
    for sequence in sequences.0 {
        let instructions = &mut function.block_mut(sequence).instrs;
        let call = instructions
            .iter()
            .position(|(instruction, _)| matches!(instruction, Instr::Call(call) if diverging.contains(&call.func)));
        let Some(call) = call else {
            continue;
        };
        let place = instructions[call].1;
        let branch = instructions[..call]
            .iter()
            .rposition(|(instruction, _)| may_go_elsewhere(instruction));
        instructions.truncate(branch.map_or(0, |branch| branch + 1));
        instructions.push((Unreachable {}.into(), place));
    }
}

/// Whether something else than the next instruction may follow, or happen in between.
fn may_go_elsewhere(instruction: &Instr) -> bool {
    !matches!(
        instruction,
        Instr::LocalGet(_)
            | Instr::LocalSet(_)
            | Instr::LocalTee(_)
            | Instr::GlobalGet(_)
            | Instr::GlobalSet(_)
            | Instr::Const(_)
            | Instr::Binop(_)
            | Instr::Unop(_)
            | Instr::Select(_)
            | Instr::Drop(_)
            | Instr::Load(_)
            | Instr::Store(_)
    )
}

/// Every block of a function.
#[derive(Default)]
struct Sequences(Vec<InstrSeqId>);

impl Visitor<'_> for Sequences {
    fn start_instr_seq(&mut self, sequence: &InstrSeq) {
        self.0.push(sequence.id());
    }
}

/// Every number in the code that may be an address of data.
fn addresses(module: &Module) -> Found {
    let mut found = Found::default();
    for (_, function) in module.funcs.iter_local() {
        dfs_in_order(&mut found, function, function.entry_block());
    }
    found
}

/// What [`addresses`] finds.
#[derive(Default)]
struct Found {
    numbers: BTreeSet<usize>,
    /// Whether a function is called by its place in the table.
    calls_by_table: bool,
}

impl Visitor<'_> for Found {
    fn visit_const(&mut self, constant: &Const) {
        if let Value::I32(value) = constant.value {
            self.numbers.extend(usize::try_from(value));
        }
    }

    fn visit_load(&mut self, load: &Load) {
        self.numbers.extend(usize::try_from(load.arg.offset));
    }

    fn visit_store(&mut self, store: &Store) {
        self.numbers.extend(usize::try_from(store.arg.offset));
    }

    fn visit_call_indirect(&mut self, _call: &CallIndirect) {
        self.calls_by_table = true;
    }
}

/// Zeroes what only functions that are gone `mentioned`: what lies from such an address up to the next. Whatever may belong to an address that
/// is `live` stays: a table may be longer than the next number says, and code may count from a little before its begin. So does what data
/// points to.
fn blank_dead(data: &mut [u8], address: usize, mentioned: &BTreeSet<usize>, live: &BTreeSet<usize>) {
    let end = address + data.len();
    let mut live = live.clone();
    live.extend((0..data.len()).step_by(4).filter_map(|at| number(data, at)));
    for dead in mentioned.range(address..end).filter(|at| !live.contains(at)) {
        let next = mentioned.range(dead + 1..end).next().copied().unwrap_or(end);
        if live.range(dead.saturating_sub(LIVE_BYTES)..next).next().is_none() {
            data[dead - address..next - address].fill(0);
        }
    }
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

/// Fails when the module's data do not lie behind `bytes` of stack: then the lowest addresses are used, which wasm-opt is told they are not.
pub fn stack_lies_first(wasm: &Path, bytes: u32) -> Result<()> {
    let module = Module::from_file(wasm)?;
    for data in module.data.iter() {
        if let DataKind::Active { offset, .. } = &data.kind {
            match offset {
                ConstExpr::Value(Value::I32(address)) if *address as u32 >= bytes => {}
                other => {
                    bail!("the collector's module has data at {other:?}, where its stack of {bytes} bytes should be")
                }
            }
        }
    }
    Ok(())
}

/// Zeroes every place in the source that a panic would tell (pointer and length of a file's name, line, column) and the
/// names of the files. `data` lies at `address` of the memory. The answer is where the places were.
fn blank_places(data: &mut [u8], address: usize) -> BTreeSet<usize> {
    let mut places = BTreeSet::new();
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
            places.insert(address + at);
            files.push(file);
        }
    }
    for file in files {
        data[file].fill(0);
    }
    places
}

/// The 32 bits that lie at `at`.
fn number(data: &[u8], at: usize) -> Option<usize> {
    let bytes = data.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(bytes)).ok()
}

/// The longest of the tables by which the standard library writes numbers; the beacon's own writer does without.
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
