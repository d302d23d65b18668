//! The elements of a JSON list as they stand there, one by one.

use serde_json::value::RawValue;

/// The elements of a JSON list, none of anything else.
#[derive(Debug)]
pub(crate) struct Elements<'a>(&'a str);

impl<'a> Elements<'a> {
    pub(crate) fn of(value: &'a RawValue) -> Self {
        let text = value.get();
        Self(if text.starts_with('[') { text } else { "" })
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = &'a RawValue;

    fn next(&mut self) -> Option<&'a RawValue> {
        // A bracket or a comma stands before each element.
        let rest = self.0.strip_prefix(['[', ','])?.trim_ascii_start();
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
        let element = values.next().and_then(|element| element.ok());
        self.0 = if element.is_some() { rest[values.byte_offset()..].trim_ascii_start() } else { "" };
        element
    }
}
