(module
  (memory (export "memory") 1 65536)
  ;; Dot products of a query with `count` rows of 384 floats each, one result per row.
  (func (export "dots") (param $query i32) (param $rows i32) (param $count i32) (param $out i32)
    (local $end i32) (local $q i32) (local $stop i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $end (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 2))))
    (local.set $stop (i32.add (local.get $query) (i32.const 1536)))
    (block $done
      (loop $row
        (br_if $done (i32.ge_u (local.get $out) (local.get $end)))
        (local.set $q (local.get $query))
        (local.set $a (v128.const f32x4 0 0 0 0))
        (local.set $b (v128.const f32x4 0 0 0 0))
        (local.set $c (v128.const f32x4 0 0 0 0))
        (local.set $d (v128.const f32x4 0 0 0 0))
        (loop $step
          (local.set $a (f32x4.add (local.get $a)
            (f32x4.mul (v128.load (local.get $q)) (v128.load (local.get $rows)))))
          (local.set $b (f32x4.add (local.get $b)
            (f32x4.mul (v128.load offset=16 (local.get $q)) (v128.load offset=16 (local.get $rows)))))
          (local.set $c (f32x4.add (local.get $c)
            (f32x4.mul (v128.load offset=32 (local.get $q)) (v128.load offset=32 (local.get $rows)))))
          (local.set $d (f32x4.add (local.get $d)
            (f32x4.mul (v128.load offset=48 (local.get $q)) (v128.load offset=48 (local.get $rows)))))
          (local.set $q (i32.add (local.get $q) (i32.const 64)))
          (local.set $rows (i32.add (local.get $rows) (i32.const 64)))
          (br_if $step (i32.lt_u (local.get $q) (local.get $stop))))
        (local.set $a (f32x4.add (f32x4.add (local.get $a) (local.get $b))
                                 (f32x4.add (local.get $c) (local.get $d))))
        (f32.store (local.get $out)
          (f32.add
            (f32.add (f32x4.extract_lane 0 (local.get $a)) (f32x4.extract_lane 1 (local.get $a)))
            (f32.add (f32x4.extract_lane 2 (local.get $a)) (f32x4.extract_lane 3 (local.get $a)))))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))
        (br $row))))
  ;; The two functions below take a query that lies in memory as:
  ;;   0      its 384 signs
  ;;   48     a mask of 384 bits: its heavy numbers
  ;;   96     48 tables of 256 u16: what each byte of a code takes from the product, in units
  ;;   24672  f32: the product where nothing is taken
  ;;   24676  f32: what a unit is
  ;; and codes of 56 bytes: 384 signs, then scale and offset as f32.
  ;;
  ;; How far a code is from the query: each sign that differs counts once, a heavy one three times.
  ;; Written to $out as u16, for $count codes that begin $step bytes after each other.
  (func (export "differences")
    (param $query i32) (param $codes i32) (param $step i32) (param $count i32) (param $out i32)
    (local $end i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128) (local $e v128) (local $f v128)
    (local $x v128) (local $y v128) (local $z v128) (local $heavy v128)
    (local $pair i64) (local $difference i32)
    (local.set $a (v128.load (local.get $query)))
    (local.set $b (v128.load offset=16 (local.get $query)))
    (local.set $c (v128.load offset=32 (local.get $query)))
    (local.set $d (v128.load offset=48 (local.get $query)))
    (local.set $e (v128.load offset=64 (local.get $query)))
    (local.set $f (v128.load offset=80 (local.get $query)))
    (local.set $end (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 1))))
    (block $done
      (loop $row
        (br_if $done (i32.ge_u (local.get $out) (local.get $end)))
        (local.set $x (v128.xor (local.get $a) (v128.load (local.get $codes))))
        (local.set $y (v128.xor (local.get $b) (v128.load offset=16 (local.get $codes))))
        (local.set $z (v128.xor (local.get $c) (v128.load offset=32 (local.get $codes))))
        (local.set $heavy (i8x16.add
          (i8x16.add
            (i8x16.popcnt (v128.and (local.get $x) (local.get $d)))
            (i8x16.popcnt (v128.and (local.get $y) (local.get $e))))
          (i8x16.popcnt (v128.and (local.get $z) (local.get $f)))))
        (local.set $x (i32x4.extadd_pairwise_i16x8_u (i16x8.extadd_pairwise_i8x16_u (i8x16.add
          (i8x16.add
            (i8x16.add (i8x16.popcnt (local.get $x)) (i8x16.popcnt (local.get $y)))
            (i8x16.popcnt (local.get $z)))
          (i8x16.add (local.get $heavy) (local.get $heavy))))))
        (local.set $pair (i64.add (i64x2.extract_lane 0 (local.get $x))
                                  (i64x2.extract_lane 1 (local.get $x))))
        (local.set $difference (i32.wrap_i64
          (i64.add (local.get $pair) (i64.shr_u (local.get $pair) (i64.const 32)))))
        (i32.store16 (local.get $out) (local.get $difference))
        (local.set $codes (i32.add (local.get $codes) (local.get $step)))
        (local.set $out (i32.add (local.get $out) (i32.const 2)))
        (br $row))))
  ;; Writes to $out, for each code that is allowed and not further from the query than $radius, its
  ;; row and its rank by the estimated cosine, both u32: 20,000 times what that lacks to 1.5, at most
  ;; 60,000. Returns how many there are.
  (func (export "propose")
    (param $query i32) (param $allowed i32) (param $codes i32) (param $count i32)
    (param $radius i32) (param $out i32) (result i32)
    (local $row i32) (local $found i32) (local $at i32) (local $table i32) (local $sum i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128) (local $e v128) (local $f v128)
    (local $x v128) (local $y v128) (local $z v128) (local $heavy v128)
    (local $pair i64) (local $difference i32)
    (local.set $a (v128.load (local.get $query)))
    (local.set $b (v128.load offset=16 (local.get $query)))
    (local.set $c (v128.load offset=32 (local.get $query)))
    (local.set $d (v128.load offset=48 (local.get $query)))
    (local.set $e (v128.load offset=64 (local.get $query)))
    (local.set $f (v128.load offset=80 (local.get $query)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $row) (local.get $count)))
        (local.set $x (v128.xor (local.get $a) (v128.load (local.get $codes))))
        (local.set $y (v128.xor (local.get $b) (v128.load offset=16 (local.get $codes))))
        (local.set $z (v128.xor (local.get $c) (v128.load offset=32 (local.get $codes))))
        (local.set $heavy (i8x16.add
          (i8x16.add
            (i8x16.popcnt (v128.and (local.get $x) (local.get $d)))
            (i8x16.popcnt (v128.and (local.get $y) (local.get $e))))
          (i8x16.popcnt (v128.and (local.get $z) (local.get $f)))))
        (local.set $x (i32x4.extadd_pairwise_i16x8_u (i16x8.extadd_pairwise_i8x16_u (i8x16.add
          (i8x16.add
            (i8x16.add (i8x16.popcnt (local.get $x)) (i8x16.popcnt (local.get $y)))
            (i8x16.popcnt (local.get $z)))
          (i8x16.add (local.get $heavy) (local.get $heavy))))))
        (local.set $pair (i64.add (i64x2.extract_lane 0 (local.get $x))
                                  (i64x2.extract_lane 1 (local.get $x))))
        (local.set $difference (i32.wrap_i64
          (i64.add (local.get $pair) (i64.shr_u (local.get $pair) (i64.const 32)))))
        (if (i32.and
              (i32.load8_u (i32.add (local.get $allowed) (local.get $row)))
              (i32.le_u (local.get $difference) (local.get $radius)))
          (then
            (local.set $sum (i32.const 0))
            (local.set $table (local.get $query))
            (local.set $at (local.get $codes))
            (loop $bytes
              (local.set $sum (i32.add (local.get $sum) (i32.load16_u offset=96 (i32.add
                (local.get $table) (i32.shl (i32.load8_u offset=0 (local.get $at)) (i32.const 1))))))
              (local.set $sum (i32.add (local.get $sum) (i32.load16_u offset=608 (i32.add
                (local.get $table) (i32.shl (i32.load8_u offset=1 (local.get $at)) (i32.const 1))))))
              (local.set $sum (i32.add (local.get $sum) (i32.load16_u offset=1120 (i32.add
                (local.get $table) (i32.shl (i32.load8_u offset=2 (local.get $at)) (i32.const 1))))))
              (local.set $sum (i32.add (local.get $sum) (i32.load16_u offset=1632 (i32.add
                (local.get $table) (i32.shl (i32.load8_u offset=3 (local.get $at)) (i32.const 1))))))
              (local.set $table (i32.add (local.get $table) (i32.const 2048)))
              (local.set $at (i32.add (local.get $at) (i32.const 4)))
              (br_if $bytes (i32.lt_u (local.get $at)
                                      (i32.add (local.get $codes) (i32.const 48)))))
            (i32.store (local.get $out) (local.get $row))
            (local.set $sum (i32.trunc_sat_f32_u (f32.nearest (f32.mul (f32.const 20000)
              (f32.sub
                (f32.sub (f32.const 1.5) (f32.load offset=52 (local.get $codes)))
                (f32.mul (f32.load offset=48 (local.get $codes))
                  (f32.sub (f32.load offset=24672 (local.get $query))
                    (f32.mul (f32.load offset=24676 (local.get $query))
                             (f32.convert_i32_u (local.get $sum))))))))))
            (i32.store offset=4 (local.get $out)
              (select (local.get $sum) (i32.const 60000)
                      (i32.lt_u (local.get $sum) (i32.const 60000))))
            (local.set $out (i32.add (local.get $out) (i32.const 8)))
            (local.set $found (i32.add (local.get $found) (i32.const 1)))))
        (local.set $codes (i32.add (local.get $codes) (i32.const 56)))
        (local.set $row (i32.add (local.get $row) (i32.const 1)))
        (br $next)))
    (local.get $found)))
