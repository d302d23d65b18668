//! Listed values as words.

use heck::ToUpperCamelCase;
use serde_json::{Value, json};

use super::{keywords::each, loss::Losses};

/// Words are texts, each once and each with a name in Rust; what else is listed is said by the type alone.
pub(super) fn members(document: &mut Value, losses: &mut Losses) -> usize {
    each(document, losses, |place, schema, losses| {
        if let Some(constant) = schema.remove("const") {
            schema.entry("enum").or_insert_with(|| json!([constant]));
        }
        let Some(Value::Array(members)) = schema.remove("enum") else { return 0 };
        let mut words = Vec::new();
        let (mut nulls, mut others, mut twice) = (0, Vec::new(), 0);
        for member in &members {
            match member {
                Value::Null => nulls += 1,
                Value::String(word) if words.contains(word) => twice += 1,
                Value::String(word) => words.push(word.clone()),
                other => others.push(other.clone()),
            }
        }
        let mut count = usize::from(nulls > 0) + twice;
        if nulls > 0 {
            schema.insert("nullable".to_owned(), true.into());
        }
        let kind = schema.get("type").and_then(Value::as_str).map(str::to_owned);
        match kind.as_deref() {
            Some("string") | None if !words.is_empty() && (others.is_empty() || kind.is_some()) => {
                for other in others {
                    losses.at(place, format!("lists {other} among texts: taken for the text"));
                    let word = other.to_string();
                    if !words.contains(&word) {
                        words.push(word);
                    }
                    count += 1;
                }
                schema.insert("type".to_owned(), "string".into());
                if let Some(reason) = unnameable(&words) {
                    losses.at(place, format!("lists {reason}: any text"));
                    return count + 1;
                }
                schema.insert("enum".to_owned(), words.into());
                count
            }
            None if others.iter().all(Value::is_i64) && words.is_empty() && !others.is_empty() => {
                schema.insert("type".to_owned(), "integer".into());
                not_listed(place, &others, losses, count)
            }
            None if others.iter().all(Value::is_boolean) && words.is_empty() && !others.is_empty() => {
                schema.insert("type".to_owned(), "boolean".into());
                count + 1
            }
            None if members.is_empty() || nulls == members.len() => count,
            None => {
                losses.at(place, "lists values of several types: any JSON");
                count + 1
            }
            // A boolean says by itself which values there are.
            Some("boolean") => count + 1,
            Some(_) => not_listed(place, &members, losses, count),
        }
    })
}

fn not_listed(place: &str, values: &[Value], losses: &mut Losses, count: usize) -> usize {
    if values.is_empty() {
        losses.at(place, "lists no value: any of the type is taken");
        return count + 1;
    }
    let text: Vec<String> = values.iter().take(8).map(ToString::to_string).collect();
    let more = if values.len() > 8 { ", …" } else { "" };
    losses.at(place, format!("lists the values {}{more}: any of the type is taken", text.join(", ")));
    count + 1
}

/// Why words cannot be the variants of one enum.
fn unnameable(words: &[String]) -> Option<String> {
    let mut names: Vec<(String, &String)> = words.iter().map(|word| (variant(word), word)).collect();
    names.sort();
    let same = names.windows(2).find(|pair| pair[0].0 == pair[1].0);
    if let Some([(_, one), (_, other)]) = same {
        return Some(format!("`{one}` and `{other}`, which are one name in Rust"));
    }
    let free = ["Unknown", "Unrecognized", "Unlisted"];
    free.iter()
        .all(|name| names.iter().any(|(taken, _)| taken == name))
        .then(|| "all the words for what is not listed".to_owned())
}

fn variant(word: &str) -> String {
    let plain: String = word.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    plain.to_upper_camel_case()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whole::testing::check;

    #[test]
    fn words_are_texts_each_once_and_each_with_a_name() {
        check(
            "enum-members",
            &[
                (json!({"const": "a"}), json!({"type": "string", "enum": ["a"]}), 0),
                (
                    json!({"enum": ["a", null, "a"]}),
                    json!({"type": "string", "enum": ["a"], "nullable": true}),
                    0,
                ),
                (
                    json!({"type": "string", "enum": ["a", true]}),
                    json!({"type": "string", "enum": ["a", "true"]}),
                    1,
                ),
                (json!({"type": "integer", "enum": [1]}), json!({"type": "integer"}), 1),
                (json!({"enum": [1, 2]}), json!({"type": "integer"}), 1),
                (json!({"type": "boolean", "enum": [true]}), json!({"type": "boolean"}), 0),
                (json!({"enum": ["a", 1]}), json!({}), 1),
                (json!({"type": "string", "enum": ["a", "A"]}), json!({"type": "string"}), 1),
                (
                    json!({"type": "string", "enum": ["unknown", "unrecognized", "unlisted"]}),
                    json!({"type": "string"}),
                    1,
                ),
                (json!({"type": "string", "enum": []}), json!({"type": "string"}), 1),
            ],
        );
    }
}
