package bankstatement

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The refusals of this module.
var (
	ErrSameAccount = pg.Constraint("bank_accounts_number", errs.Define(errs.Conflict, "bank_account.exists",
		"This bank account is known already.", "该银行账户已存在。"))
	ErrAccountForm = pg.Constraint("bank_accounts_number_check", errs.Define(errs.Rule, "bank_account.number",
		"A bank account's number has 4 to 34 digits and capital letters.", "银行账号须为 4–34 位数字或大写字母。"))
	ErrInactive = errs.Define(errs.Rule, "bank_account.inactive", "This bank account is closed.", "该银行账户已停用。")
	ErrFile     = errs.Define(errs.Rule, "bank_import.faults",
		"The file isn't taken: {count} of its cells can't be read.", "文件未导入:{count} 处无法识别。", "ARV-01")
	ErrNoTable = errs.Define(errs.Rule, "bank_import.no_table",
		"The file has no row with the headers of a date, an amount and a counter-party.", "文件中未找到包含日期、金额和对方户名的表头。")
	ErrTooMany   = errs.Define(errs.Rule, "bank_import.too_many_lines", "A bank statement has at most {max} lines; split the file.", "单个流水文件最多 {max} 行,请拆分。")
	ErrDate      = errs.Define(errs.Rule, "bank_import.bad_date", "This is no date of the past.", "日期无法识别或晚于今天。")
	ErrAmount    = errs.Define(errs.Rule, "bank_import.bad_amount", "This is no amount above 0 with at most 2 decimals.", "金额无法识别(须大于 0,最多两位小数)。")
	ErrDirection = errs.Define(errs.Rule, "bank_import.direction", "It isn't clear whether this line's money came in or went out: say 贷/借, 收入/支出, credit/debit, in one of the two columns.",
		"无法判断该行是收入还是支出:请注明贷/借、收入/支出或 credit/debit,收入与支出两列只填一列。", "ARV-01")
	ErrCurrency = errs.Define(errs.Rule, "bank_import.other_currency", "This line isn't in the account's currency.", "币种与账户不符。", "ARV-01")
	ErrLong     = errs.Define(errs.Rule, "bank_import.too_long", "This is longer than {max} characters.", "长度超过 {max} 个字符。")

	ErrHandled  = errs.Define(errs.Conflict, "bank_line.handled", "This line is {state} already.", "该流水已处理(状态:{state})。", "ARV-01")
	ErrOutgoing = pg.Constraint("bank_lines_incoming", errs.Define(errs.Rule, "bank_line.outgoing", "This line is no money that came in.", "该流水不是收款。"))
	ErrNoOne    = errs.Define(errs.Rule, "bank_line.no_proposal",
		"It isn't clear whose money this is; name the customer.", "无法判断付款客户,请指定客户。", "ARV-01")
)

var (
	_ = pg.Constraint("bank_lines_receipt", ErrHandled)
	_ = pg.Constraint("bank_lines_immutable", errs.Define(errs.Conflict, "bank_line.immutable", "What the bank said isn't changed.", "银行流水内容不可修改。"))
)
