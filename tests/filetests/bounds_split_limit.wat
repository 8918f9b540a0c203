;; A limit that no immediate holds takes no register: what is above the nearest one below is compared again, behind the function.
;; options: --bounds trap
(module
  (memory 2)
  (func (export "get") (param i32) (result i32)
    (i32.load offset=8 (local.get 0)))
  (func (export "odd") (param i32) (result i32)
    (i32.load16_u offset=1 (local.get 0))))
