//! JSON for what a beacon can hold: integers, text, lists, structs. A third of serde_json's size in the browser, because
//! there are no floats, no pretty printing and no error that would have to be put into words.
//! That it writes what serde_json writes is a test.

use std::fmt::Display;

use serde::ser::{self, Impossible, Serialize};

/// Something that a beacon cannot hold. The skin then sends nothing.
#[derive(Debug)]
pub struct Unwritable;

impl Display for Unwritable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a beacon cannot hold this")
    }
}
impl std::error::Error for Unwritable {}
impl ser::Error for Unwritable {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

/// `value` as JSON; empty when it cannot be written.
pub fn json(value: &impl Serialize) -> String {
    let mut writer = Writer {
        out: Vec::with_capacity(2_048),
    };
    match value.serialize(&mut writer) {
        // Only whole strings and ASCII were written.
        Ok(()) => String::from_utf8(writer.out).unwrap_or_default(),
        Err(Unwritable) => String::new(),
    }
}

struct Writer {
    out: Vec<u8>,
}

impl Writer {
    fn number(&mut self, mut value: u64) {
        let mut digits = [0u8; 20];
        let mut from = digits.len();
        loop {
            from -= 1;
            if let Some(digit) = digits.get_mut(from) {
                *digit = b'0' + (value % 10) as u8;
            }
            value /= 10;
            if value == 0 || from == 0 {
                break;
            }
        }
        self.out.extend_from_slice(digits.get(from..).unwrap_or_default());
    }

    fn text(&mut self, text: &str) {
        self.out.push(b'"');
        for &byte in text.as_bytes() {
            match byte {
                b'"' | b'\\' => self.out.extend_from_slice(&[b'\\', byte]),
                0..=0x1f => {
                    let hex = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
                    self.out
                        .extend_from_slice(&[b'\\', b'u', b'0', b'0', hex(byte >> 4), hex(byte & 15)]);
                }
                _ => self.out.push(byte),
            }
        }
        self.out.push(b'"');
    }
}

/// A list, map or struct on its way.
struct Items<'a> {
    writer: &'a mut Writer,
    empty: bool,
    close: u8,
}

impl<'a> Items<'a> {
    fn open(writer: &'a mut Writer, open: u8, close: u8) -> Self {
        writer.out.push(open);
        Self {
            writer,
            empty: true,
            close,
        }
    }

    fn comma(&mut self) {
        if !std::mem::replace(&mut self.empty, false) {
            self.writer.out.push(b',');
        }
    }

    fn field<T: ?Sized + Serialize>(&mut self, key: &str, value: &T) -> Result<(), Unwritable> {
        self.comma();
        self.writer.text(key);
        self.writer.out.push(b':');
        value.serialize(&mut *self.writer)
    }

    fn close(self) -> Result<(), Unwritable> {
        self.writer.out.push(self.close);
        Ok(())
    }
}

macro_rules! unwritable {
    ($($name:ident($($type:ty),*),)*) => { $(fn $name(self, $(_: $type),*) -> Result<(), Unwritable> { Err(Unwritable) })* };
}
macro_rules! unsigned {
    ($($name:ident $type:ty,)*) => { $(fn $name(self, value: $type) -> Result<(), Unwritable> { self.number(value as u64); Ok(()) })* };
}

impl<'a> ser::Serializer for &'a mut Writer {
    type Ok = ();
    type Error = Unwritable;
    type SerializeSeq = Items<'a>;
    type SerializeTuple = Impossible<(), Unwritable>;
    type SerializeTupleStruct = Impossible<(), Unwritable>;
    type SerializeTupleVariant = Impossible<(), Unwritable>;
    type SerializeMap = Items<'a>;
    type SerializeStruct = Items<'a>;
    type SerializeStructVariant = Impossible<(), Unwritable>;

    unwritable! { serialize_f32(f32), serialize_f64(f64), serialize_char(char), serialize_bytes(&[u8]), }
    unsigned! { serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, }

    fn serialize_bool(self, value: bool) -> Result<(), Unwritable> {
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }
    fn serialize_i8(self, value: i8) -> Result<(), Unwritable> {
        self.serialize_i64(value.into())
    }
    fn serialize_i16(self, value: i16) -> Result<(), Unwritable> {
        self.serialize_i64(value.into())
    }
    fn serialize_i32(self, value: i32) -> Result<(), Unwritable> {
        self.serialize_i64(value.into())
    }
    fn serialize_i64(self, value: i64) -> Result<(), Unwritable> {
        if value < 0 {
            self.out.push(b'-');
        }
        self.number(value.unsigned_abs());
        Ok(())
    }
    fn serialize_str(self, value: &str) -> Result<(), Unwritable> {
        self.text(value);
        Ok(())
    }
    fn serialize_none(self) -> Result<(), Unwritable> {
        self.out.extend_from_slice(b"null");
        Ok(())
    }
    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<(), Unwritable> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<(), Unwritable> {
        self.serialize_none()
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Unwritable> {
        self.serialize_none()
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Unwritable> {
        self.serialize_str(variant)
    }
    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _: &'static str, value: &T) -> Result<(), Unwritable> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Unwritable> {
        Err(Unwritable)
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a>, Unwritable> {
        Ok(Items::open(self, b'[', b']'))
    }
    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Unwritable> {
        Err(Unwritable)
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Unwritable> {
        Err(Unwritable)
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Unwritable> {
        Err(Unwritable)
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Items<'a>, Unwritable> {
        Ok(Items::open(self, b'{', b'}'))
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Items<'a>, Unwritable> {
        Ok(Items::open(self, b'{', b'}'))
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Unwritable> {
        Err(Unwritable)
    }
    fn collect_str<T: ?Sized + Display>(self, _: &T) -> Result<(), Unwritable> {
        Err(Unwritable)
    }
}

impl ser::SerializeSeq for Items<'_> {
    type Ok = ();
    type Error = Unwritable;
    fn serialize_element<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Unwritable> {
        self.comma();
        value.serialize(&mut *self.writer)
    }
    fn end(self) -> Result<(), Unwritable> {
        self.close()
    }
}

impl ser::SerializeMap for Items<'_> {
    type Ok = ();
    type Error = Unwritable;
    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), Unwritable> {
        self.comma();
        key.serialize(&mut *self.writer)
    }
    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Unwritable> {
        self.writer.out.push(b':');
        value.serialize(&mut *self.writer)
    }
    fn end(self) -> Result<(), Unwritable> {
        self.close()
    }
}

impl ser::SerializeStruct for Items<'_> {
    type Ok = ();
    type Error = Unwritable;
    fn serialize_field<T: ?Sized + Serialize>(&mut self, key: &'static str, value: &T) -> Result<(), Unwritable> {
        self.field(key, value)
    }
    fn end(self) -> Result<(), Unwritable> {
        self.close()
    }
}

#[cfg(test)]
mod tests {
    use playback::{MonotonicMs, Options, Rendition, Session, Signal};
    use schemas::{AttemptId, Beacon, BeaconKind, FailureClass, FirstFrameMethod, UnixMs};

    use super::json;

    #[test]
    fn it_reads_back_as_the_same_beacon() {
        let at = MonotonicMs;
        let mut session = Session::begin(AttemptId(uuid::Uuid::max()), UnixMs(-5), at(0), Options::default());
        let code = "\"quoted\" \\ \n\u{1} é 漢 😀".to_owned();
        let signals = [
            Signal::Rendition(Rendition {
                bitrate_bps: Some(u32::MAX),
                height: Some(720),
                ..Rendition::default()
            }),
            Signal::FirstFrame {
                method: FirstFrameMethod::FrameCallback,
            },
            Signal::Tick {
                position_ms: 0,
                buffer_ms: Some(100),
            },
            Signal::Waiting,
            Signal::Visibility { hidden: true },
            Signal::RequestFinished {
                bytes: 0,
                ttfb_ms: None,
                duration_ms: 9,
            },
            Signal::SeekStarted { from_position_ms: None },
            Signal::SeekEnded { to_position_ms: 7 },
            Signal::Tick {
                position_ms: 90,
                buffer_ms: None,
            },
            Signal::Error {
                class: FailureClass::Drm,
                code: code.clone(),
                message: code,
                fatal: true,
            },
        ];
        for (number, signal) in signals.into_iter().enumerate() {
            session.apply(at(number as u64 * 300), signal);
        }
        let beacon: Beacon = session.beacon(at(5_000), BeaconKind::End);
        assert_eq!(serde_json::from_str::<Beacon>(&json(&beacon)).unwrap(), beacon);
    }

    #[test]
    fn what_cannot_be_written_is_empty_and_no_panic() {
        assert_eq!(json(&1.5f64), "");
        assert_eq!(json(&i64::MIN), "-9223372036854775808");
        assert_eq!(json(&u64::MAX), "18446744073709551615");
    }
}
