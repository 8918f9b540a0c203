; A group that is named by none of its members.
$group_of_no_member = comdat any
@table = linkonce_odr constant [3 x i32] [i32 1, i32 2, i32 3], comdat($group_of_no_member), align 4
define linkonce_odr i32 @helper(i32 %x) comdat($group_of_no_member) {
  %p = getelementptr [3 x i32], ptr @table, i32 0, i32 %x
  %v = load i32, ptr %p
  ret i32 %v
}
define i32 @second(i32 %x) {
  %v = call i32 @helper(i32 %x)
  %w = add i32 %v, 20
  ret i32 %w
}
