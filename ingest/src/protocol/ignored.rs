//! Whether reading a value skipped a field that its type does not have. `serde_ignored` names such fields, but copies every key on
//! its way to know their paths; this only notices them, at next to no cost, so that names are made only when there is one.

use std::{cell::Cell, fmt};

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// Reads a `T`, and whether something was skipped.
pub(crate) fn read<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<(T, bool), D::Error> {
    let skipped = Cell::new(false);
    let value = T::deserialize(Noticing {
        inner: deserializer,
        skipped: &skipped,
    })?;
    Ok((value, skipped.get()))
}

/// Any part of serde's machinery, with the mark it sets.
struct Noticing<'a, T> {
    inner: T,
    skipped: &'a Cell<bool>,
}

macro_rules! as_it_is {
    ($($name:ident)*) => {
        $(fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            self.inner.$name(visitor)
        })*
    };
}

/// Structs, lists and options are looked into. Whatever else has no fields, or (enums, maps, flattened structs) takes any.
impl<'de, D: Deserializer<'de>> Deserializer<'de> for Noticing<'_, D> {
    type Error = D::Error;

    as_it_is! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
        deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf deserialize_unit
        deserialize_map deserialize_identifier
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.skipped.set(true);
        self.inner.deserialize_ignored_any(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = Noticing {
            inner: visitor,
            skipped: self.skipped,
        };
        self.inner.deserialize_struct(name, fields, visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_seq(Noticing {
            inner: visitor,
            skipped: self.skipped,
        })
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_option(Noticing {
            inner: visitor,
            skipped: self.skipped,
        })
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_unit_struct(name, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_newtype_struct(name, visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_tuple(len, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_tuple_struct(name, len, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_enum(name, variants, visitor)
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

/// What structs, lists and options can be given.
impl<'de, V: Visitor<'de>> Visitor<'de> for Noticing<'_, V> {
    type Value = V::Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(formatter)
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.inner.visit_some(Noticing {
            inner: deserializer,
            skipped: self.skipped,
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<Self::Value, A::Error> {
        self.inner.visit_seq(Noticing {
            inner: elements,
            skipped: self.skipped,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Self::Value, A::Error> {
        self.inner.visit_map(Noticing {
            inner: fields,
            skipped: self.skipped,
        })
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Noticing<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.inner.next_element_seed(Noticing {
            inner: seed,
            skipped: self.skipped,
        })
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Noticing<'_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.inner.next_key_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(Noticing {
            inner: seed,
            skipped: self.skipped,
        })
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Noticing<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.inner.deserialize(Noticing {
            inner: deserializer,
            skipped: self.skipped,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(serde::Deserialize, Debug, PartialEq)]
    struct Outer {
        a: u8,
        list: Vec<Inner>,
        maybe: Option<Inner>,
        map: BTreeMap<String, u8>,
    }

    #[derive(serde::Deserialize, Debug, PartialEq)]
    struct Inner {
        b: Option<String>,
    }

    #[test]
    fn a_skipped_field_is_noticed_at_any_depth_and_the_value_is_the_same() {
        let good = r#"{"a":1,"list":[{"b":"x"},{}],"maybe":{"b":null},"map":{"any":1}}"#;
        let value: Outer = serde_json::from_str(good).unwrap();
        let read = |text: &str| read::<Outer, _>(&mut serde_json::Deserializer::from_str(text)).unwrap();
        assert_eq!(read(good), (value, false));
        for (from, to) in [
            ("\"a\"", "\"c\":[{}],\"a\""),
            ("{}]", "{\"c\":null}]"),
            ("{\"b\":null}", "{\"b\":null,\"c\":0}"),
        ] {
            let strange = good.replace(from, to);
            assert_ne!(strange, good);
            assert_eq!(read(&strange), (read(good).0, true), "{strange}");
        }
    }
}
