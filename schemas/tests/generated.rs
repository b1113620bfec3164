//! `src/proto/playhead.v1.rs` is what prost makes of `proto/playhead/v1/beacon.proto`. With `CODEGEN` set this writes it, as
//! `cargo xtask codegen` does.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{env, fs, path::Path};

use prost_types::field_descriptor_proto::Type;

#[test]
fn the_types_of_the_compact_form_are_those_of_its_definition() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut definition = protox::compile(["playhead/v1/beacon.proto"], [root.join("proto")]).unwrap();
    // Read wider than they are declared, which is the same on the wire: a number that does not fit is refused then, instead of cut.
    let fields = definition.file.iter_mut().flat_map(|file| &mut file.message_type);
    for field in fields.flat_map(|message| &mut message.field) {
        if field.r#type() == Type::Uint32 {
            field.set_type(Type::Uint64);
        }
    }
    let out = env::temp_dir().join(format!("playhead-proto-{}", std::process::id()));
    fs::create_dir_all(&out).unwrap();
    prost_build::Config::new()
        .out_dir(&out)
        .btree_map(["."])
        .compile_fds(definition)
        .unwrap();
    let made = fs::read_to_string(out.join("playhead.v1.rs")).unwrap();
    let made = format!(
        "//! Types of the compact form, made from `proto/playhead/v1/beacon.proto` by `cargo xtask codegen`; edit it there.\n{made}"
    );
    fs::remove_dir_all(&out).unwrap();
    let path = root.join("src/proto/playhead.v1.rs");
    if env::var_os("CODEGEN").is_some() {
        fs::write(&path, made).unwrap();
        return;
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == made,
        "{} is not what beacon.proto gives: run `cargo xtask codegen`",
        path.display()
    );
}
