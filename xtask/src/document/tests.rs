use super::*;

fn load_text(name: &str, text: &str) -> Result<Value, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    load(&path).map_err(|problem| problem.to_string().replace(&path.display().to_string(), name))
}

const START: &str = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths: {}\n";

#[test]
fn yaml_and_json_of_both_versions_are_read_alike() {
    let yaml = load_text("a.yaml", START).unwrap();
    let json = r#"{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{}}"#;
    assert_eq!(yaml, load_text("a.json", json).unwrap());
    assert!(load_text("a.yaml", &START.replace("3.0.3", "3.1.0")).is_ok());
}

#[test]
fn scalars_that_yaml_1_1_bends_stay_what_they_are() {
    let text = "x: {a: no, b: 2024-01-01, c: 0123, d: on, e: 1_000, f: .inf, g: 1e400, h: .nan, i: 1:30, j: ~, k: 3.0}";
    let document = load_text("a.yaml", &format!("{START}{text}")).unwrap();
    let expected = serde_json::json!({
        "a": "no", "b": "2024-01-01", "c": "0123", "d": "on", "e": "1_000", "f": ".inf", "g": ".inf", "h": ".nan",
        "i": "1:30", "j": null, "k": 3.0,
    });
    assert_eq!(document["x"], expected);
}

#[test]
fn numbers_beyond_64_bits_are_the_nearest_ones_in_both_formats() {
    let yaml = "x: [18446744073709551615, -9223372036854775808, 18446744073709551616, 1e300]\n";
    let yaml = load_text("a.yaml", &format!("{START}{yaml}")).unwrap();
    let json =
        r#"{"openapi":"3.0.3","x":[18446744073709551615,-9223372036854775808,18446744073709551616,1e300]}"#;
    assert_eq!(yaml["x"], load_text("a.json", json).unwrap()["x"]);
    assert_eq!(yaml["x"][0], u64::MAX);
}

#[test]
fn keys_are_the_text_that_stands_there() {
    let text = "x: {200: a, 4.5: b, on: c, yes: d, true: e, 2024-01-01: f, 0777: g, 'null': h}";
    let document = load_text("a.yaml", &format!("{START}{text}")).unwrap();
    let keys: Vec<&String> = document["x"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["0777", "200", "2024-01-01", "4.5", "null", "on", "true", "yes"]);
}

#[test]
fn the_content_says_what_it_is_and_not_the_name() {
    let json = "\u{feff}\r\n{\"openapi\":\"3.0.3\",\r\n\t\"info\":{},\r\n\t\"paths\":{}}\r\n";
    let yaml = "\u{feff}openapi: 3.0.3\r\ninfo: {}\r\npaths:\r\n  {}\r\n";
    let read = load_text("a.yaml", "openapi: 3.0.3\ninfo: {}\npaths: {}\n").unwrap();
    for name in ["a", "a.txt", "a.json", "a.yaml", "a.yml"] {
        assert_eq!(load_text(name, json).unwrap(), read, "{name}");
        assert_eq!(load_text(name, yaml).unwrap(), read, "{name}");
    }
}

#[test]
fn aliases_and_merge_keys_stand_for_what_they_name() {
    let text = "
base: &base {a: 1, b: 2}
more: &more {c: 3}
x:
  <<: [*base, *more]
  b: 4
y: [*base, {'<<': 1}]
";
    let document = load_text("a.yaml", &format!("{START}{text}")).unwrap();
    assert_eq!(document["x"], serde_json::json!({"a": 1, "b": 4, "c": 3}));
    assert_eq!(document["y"], serde_json::json!([{"a": 1, "b": 2}, {"<<": 1}]));
    // As dumpers write it: one answer, and an alias of it in every operation.
    let many = format!("x: &x {{a: 1}}\ny: [{}]\n", vec!["*x"; 5_000].join(", "));
    let document = load_text("a.yaml", &format!("{START}{many}")).unwrap();
    assert_eq!(document["y"].as_array().unwrap().len(), 5_000);
}

#[test]
fn bytes_that_are_no_text_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.yaml");
    for (bytes, expected) in [
        (&b"\xff\xfeo\0p\0"[..], "is UTF-16 or UTF-32: convert it to UTF-8 first (iconv does)"),
        (b"\0o\0p", "is UTF-16 or UTF-32: convert it to UTF-8 first (iconv does)"),
        (b"\x1f\x8b\x08\0", "is compressed: unpack it first"),
        (b"a: caf\xe9", "byte 7: is no UTF-8"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let problem = read(&path).unwrap_err().to_string();
        assert_eq!(problem, format!("{}: {expected}", path.display()));
    }
}

#[test]
fn what_is_no_document_is_refused_with_file_and_place() {
    let deep_yaml = format!("{START}x: {}{}", "[".repeat(10_000), "]".repeat(10_000));
    let deep_json = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let laughs: String = (0..12)
        .map(|level: usize| match level.checked_sub(1) {
            None => format!("a0: &a0 {}\n", "x".repeat(100_000)),
            Some(below) => format!("a{level}: &a{level} [{}]\n", vec![format!("*a{below}"); 20].join(", ")),
        })
        .collect();
    let large = format!("{START}x: {}", "y".repeat(40 << 20));
    let mut problems = String::new();
    for (name, text) in [
        ("truncated.yaml", "openapi: 3.0.3\ninfo: {title: t, version"),
        ("truncated.json", r#"{"openapi": "3.0.3", "info": {"title""#),
        ("number.yaml", &format!("{START}x: {{$ref: 1}}\n")),
        ("shape.yaml", &format!("{START}components: []\n")),
        ("twice.yaml", &format!("{START}paths: {{}}\n")),
        ("dangles.yaml", &format!("{START}x: {{y: [{{$ref: '#/components/schemas/No~1ne'}}]}}\n")),
        ("outside.yaml", &format!("{START}x: {{$ref: 'other.yaml#/A'}}\n")),
        ("remote.yaml", &format!("{START}x: {{$ref: 'https://example.com/a.yaml'}}\n")),
        (
            "mapping.yaml",
            &format!("{START}x: {{propertyName: k, mapping: {{a: '#/components/schemas/B'}}}}\n"),
        ),
        ("swagger.yaml", "swagger: '2.0'\n"),
        ("future.yaml", "openapi: 4.0.0\n"),
        ("unquoted.yaml", "openapi: 3.0\n"),
        ("short.yaml", "openapi: '3.1'\n"),
        ("later.yaml", "openapi: 3.2.0\n"),
        ("earlier.json", r#"{"swagger": 2.0}"#),
        ("twice.json", r#"{"openapi": "3.0.3", "paths": {"/a": {}, "/a": {}}}"#),
        ("twice-as-number.yaml", &format!("{START}x: {{200: a, '200': b}}\n")),
        ("null-key.yaml", &format!("{START}x: {{null: a}}\n")),
        ("list-key.yaml", &format!("{START}x: {{[a]: b}}\n")),
        ("tag.yaml", &format!("{START}x: !include other.yaml\n")),
        ("two.yaml", &format!("{START}---\n{START}")),
        ("tab.yaml", &format!("{START}x:\n\ty: 1\n")),
        ("within.yaml", &format!("{START}x: &x {{y: *x}}\n")),
        ("laughs.yaml", &laughs),
        ("nan.json", r#"{"openapi": NaN}"#),
        ("page.html", "<!DOCTYPE html>\n<html>"),
        ("paths.yaml", "openapi: 3.0.3\npaths: {$ref: paths.yaml}\n"),
        ("path.yaml", "openapi: 3.0.3\npaths: {/a: {$ref: 'paths/a.yaml'}}\n"),
        ("path-itself.yaml", "openapi: 3.0.3\npaths: {/a: {$ref: '#/paths/~1a'}}\n"),
        ("anchor.yaml", &format!("{START}x: {{$ref: '#thing'}}\n")),
        ("id.yaml", &format!("{START}x: {{$ref: 'urn:thing'}}\ny: {{$id: 'urn:thing'}}\n")),
        ("itself.yaml", &format!("{START}x: {{$ref: '#'}}\n")),
        ("other.yaml", "name: x\n"),
        ("empty.yaml", ""),
        ("deep.yaml", &deep_yaml),
        ("deep.json", &deep_json),
        ("large.yaml", &large),
    ] {
        problems += &load_text(name, text).unwrap_err();
        problems.push('\n');
    }
    insta::assert_snapshot!(problems);
}

/// The document after these lines, as every command gets it.
fn published(text: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.yaml");
    std::fs::write(&path, format!("openapi: 3.1.0\n{text}")).unwrap();
    load_published(&path).unwrap()
}

#[test]
fn path_items_are_at_their_paths_wherever_they_stand() {
    let document = published(
        "
paths:
  /a: {$ref: '#/components/pathItems/A', summary: ours}
  /b: {$ref: '#/paths/~1a~1%7Bid%7D'}
  /a/{id}: {$ref: '#/components/pathItems/B'}
  /elsewhere: {$ref: 'paths.yaml#/x'}
  /gone: {$ref: '#/components/pathItems/C'}
  /turns: {$ref: '#/paths/~1turns'}
components:
  pathItems:
    A: {parameters: [{name: p}], get: {operationId: a}, summary: theirs}
    B: {get: {operationId: b}}
",
    );
    let a =
        serde_json::json!({"parameters": [{"name": "p"}], "get": {"operationId": "a"}, "summary": "ours"});
    let b = serde_json::json!({"get": {"operationId": "b"}});
    assert_eq!(document["paths"]["/a"], a);
    assert_eq!((&document["paths"]["/b"], &document["paths"]["/a/{id}"]), (&b, &b));
    for (path, reference) in [
        ("/elsewhere", "paths.yaml#/x"),
        ("/gone", "#/components/pathItems/C"),
        ("/turns", "#/paths/~1turns"),
    ] {
        assert_eq!(document["paths"][path]["$ref"], reference);
    }
}

#[test]
fn what_is_referred_to_within_something_else_becomes_a_component() {
    let document = published(
        "
paths:
  /a/{id}:
    get:
      parameters: [{name: p, in: query, schema: {type: string}}]
      responses:
        200: {content: {application/json: {schema: {type: integer}}}}
  /b:
    get:
      parameters: [{$ref: '#/paths/~1a~1{id}/get/parameters/0'}]
      responses:
        200: {$ref: '#/paths/~1a~1{id}/get/responses/200'}
        201: {content: {application/json: {schema: {$ref: '#/paths/~1a~1%7Bid%7D/get/responses/200/content/application~1json/schema'}}}}
components:
  schemas:
    A: {properties: {b: {type: object, properties: {c: {$ref: '#/components/schemas/A/properties/b'}, d: {type: string}}}}}
    A_b: {type: boolean}
    B: {$ref: '#/components/schemas/A/properties/b/properties/d'}
    C: {properties: {e: {$ref: '#/components/schemas/C/$defs/E'}}, $defs: {E: {$ref: '#/components/schemas/B'}}}
    D: {properties: {e: {$ref: '#/components/schemas/D/$defs/E'}}, $defs: {E: {type: number}}}
",
    );
    let expected = serde_json::json!({
        "parameters": {"a__id_get_0": {"name": "p", "in": "query", "schema": {"type": "string"}}},
        "responses": {"a__id_get_200": {"content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/a__id_get_200_application_json"},
        }}}},
        "schemas": {
            "A": {"properties": {"b": {"$ref": "#/components/schemas/A_b_2"}}},
            "A_b": {"type": "boolean"},
            "A_b_2": {"type": "object", "properties": {
                "c": {"$ref": "#/components/schemas/A_b_2"},
                "d": {"$ref": "#/components/schemas/A_b_d"},
            }},
            "A_b_d": {"type": "string"},
            "B": {"$ref": "#/components/schemas/A_b_d"},
            "C": {"properties": {"e": {"$ref": "#/components/schemas/B"}}, "$defs": {"E": {"$ref": "#/components/schemas/B"}}},
            "D": {"properties": {"e": {"$ref": "#/components/schemas/D_E"}}},
            "D_E": {"type": "number"},
            "a__id_get_200_application_json": {"type": "integer"},
        },
    });
    assert_eq!(document["components"], expected);
    assert_eq!(check(&document), Ok(()));
    let b = &document["paths"]["/b"]["get"];
    assert_eq!(b["parameters"][0]["$ref"], "#/components/parameters/a__id_get_0");
    assert_eq!(b["responses"]["200"]["$ref"], "#/components/responses/a__id_get_200");
    let mut again = document.clone();
    canonical::bring(&mut again);
    assert_eq!(again, document, "one form is one form");
}

#[test]
fn names_of_every_kind_are_referred_to_in_one_way() {
    let document = published(
        "
components:
  schemas:
    A B: {}
    50%25: {}
    Pet.Dog: {}
    All:
      oneOf: [{$ref: '#/components/schemas/A%20B'}, {$ref: '#/components/schemas/50%25'}]
      discriminator:
        propertyName: kind
        mapping: {dog: Pet.Dog, cat: Cat, other: '#/components/schemas/A%20B'}
",
    );
    let all = &document["components"]["schemas"]["All"];
    assert_eq!(all["oneOf"][0]["$ref"], "#/components/schemas/A B");
    assert_eq!(all["oneOf"][1]["$ref"], "#/components/schemas/50%25");
    let mapping = serde_json::json!({
        "dog": "#/components/schemas/Pet.Dog", "cat": "Cat", "other": "#/components/schemas/A B",
    });
    assert_eq!(all["discriminator"]["mapping"], mapping);
    assert!(reached(&document, all).contains("#/components/schemas/Pet.Dog"));
}

#[test]
fn a_reference_in_an_example_is_data_and_one_in_a_property_of_that_name_is_none() {
    let document = published(
        "
paths: {}
components:
  schemas:
    A:
      properties:
        example: {$ref: '#/components/schemas/B'}
        value: {$ref: '#/components/schemas/C'}
        $ref: {type: string}
      example: {$ref: ../Users/1}
      examples: [{$ref: ../Users/1}]
    B: {}
    C: {}
  examples:
    One: {value: {$ref: ../Users/1}}
  parameters:
    P: {name: p, in: query, schema: {}, examples: {one: {$ref: '#/components/examples/One'}}}
",
    );
    assert_eq!(check(&document), Ok(()));
    let mut found = Vec::new();
    walk_references(&document, &mut |_, reference| found.push(reference.to_owned()));
    found.sort();
    assert_eq!(found, ["#/components/examples/One", "#/components/schemas/B", "#/components/schemas/C"]);
}

#[test]
fn one_large_path_item_at_many_paths_is_not_copied_beyond_what_a_document_holds() {
    let item: String = (0..2_000).map(|index| format!("{{name: p{index}, in: query}}, ")).collect();
    let paths: String =
        (0..1_000).map(|index| format!("  /a{index}: {{$ref: '#/components/pathItems/A'}}\n")).collect();
    let text = format!("paths:\n{paths}components: {{pathItems: {{A: {{parameters: [{item}]}}}}}}\n");
    let document = published(&text);
    let whole = |item: &Value| item.get("parameters").is_some();
    let copies = document["paths"].as_object().unwrap().values().filter(|item| whole(item)).count();
    assert!(copies > 100 && copies < 200, "{copies}");
    let problem = check(&document).unwrap_err().to_string();
    assert!(problem.ends_with("points at itself, or at more than a document holds"), "{problem}");
}
