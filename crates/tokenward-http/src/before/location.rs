//! Which value of a text had been come to when reading failed.

use crate::secrets::redact;

/// The fields and positions that lead to the value that these bytes end in, behind, or just before: `[1].id`. A name that may be
/// none of ours is `?`, since keys of a map are the vendor's text.
///
/// A reader knows how far it came, and this finds out where that is; so it is only asked where something is wrong, and nothing
/// has to be kept while all is well.
pub(crate) fn place(read: &str) -> String {
    let mut place = String::new();
    for level in levels(read) {
        let name = match level {
            Level::List(index) => {
                place.push_str(&format!("[{index}]"));
                continue;
            }
            Level::Record(None) => continue,
            Level::Record(Some(name)) => serde_json::from_str::<String>(name).ok(),
        };
        if !place.is_empty() {
            place.push('.');
        }
        place.push_str(name.as_deref().and_then(redact::name).as_deref().unwrap_or("?"));
    }
    if place.is_empty() { ".".to_owned() } else { place }
}

/// What is open where a text breaks off.
enum Level<'a> {
    /// With the position of the element.
    List(usize),
    /// With the name of the field, as it stands there, where it has come.
    Record(Option<&'a str>),
}

fn levels(text: &str) -> Vec<Level<'_>> {
    /// What lies deeper is named by what it lies in: a text may have a bracket in every byte.
    const DEEPEST: usize = 16;

    let (mut levels, mut deeper) = (Vec::new(), 0_usize);
    let mut rest = text;
    while let Some(&byte) = rest.as_bytes().first() {
        let mut length = 1;
        match byte {
            b'"' => {
                length = length_of_text(rest);
                if deeper == 0
                    && let Some(Level::Record(name @ None)) = levels.last_mut()
                {
                    *name = Some(&rest[..length]);
                }
            }
            b'[' | b'{' if levels.len() == DEEPEST => deeper += 1,
            b'[' => levels.push(Level::List(0)),
            b'{' => levels.push(Level::Record(None)),
            b']' | b'}' if deeper > 0 => deeper -= 1,
            b']' | b'}' => drop(levels.pop()),
            b',' if deeper == 0 => match levels.last_mut() {
                Some(Level::List(index)) => *index += 1,
                Some(Level::Record(name)) => *name = None,
                None => {}
            },
            _ => {}
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    levels
}

/// With its quotes, as far as it goes.
fn length_of_text(text: &str) -> usize {
    let mut is_escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(text.len(), |end| end + 2)
}
