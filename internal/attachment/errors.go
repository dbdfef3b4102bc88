package attachment

import "github.com/salesgate/salesgate/internal/errs"

// The refusals of this module.
var (
	ErrUnknown = errs.Define(errs.Rule, "attachment.unknown",
		"One of these attachments isn't an upload of yours that is still free to be used.", "附件不存在、不是您上传的,或已用于其他单据。")
	ErrBadType = errs.Define(errs.Rule, "attachment.bad_type",
		"Only PDF, JPEG and PNG files are taken; this file's content is none of these.", "只接受 PDF、JPEG、PNG 文件,该文件内容不属于其中任何一种。")
	ErrTooLarge = errs.Define(errs.TooLarge, "attachment.too_large",
		"The file is larger than {max} bytes.", "文件超过 {max} 字节。")
	ErrEmpty = errs.Define(errs.Rule, "attachment.empty", "The file is empty.", "文件为空。")
	ErrBound = errs.Define(errs.Conflict, "attachment.bound",
		"The file belongs to a document and stays with it.", "该附件已归入单据,不能删除。")
	ErrTooMany = errs.Define(errs.Conflict, "attachment.too_many",
		"You have {max} uploads that no document uses: use or delete some first.", "您有 {max} 个未使用的附件,请先使用或删除。")
)
