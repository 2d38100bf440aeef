// Texts and papers: localization messages, the receipt PDF, filestore links, the citizen's OTP.
// Called by the integrator's DIGIT client and by the sandbox. Read from: egov-localization, pdf-service, egov-filestore.
import * as z from 'zod'

export const LOCALIZATION_PATH = '/localization/messages/v1/_search'
export const PDF_CREATE_PATH = '/pdf-service/v1/_create'
export const FILE_URL_PATH = '/filestore/v1/files/url'
export const OTP_SEND_PATH = '/user-otp/v1/_send'

export const localizationAnswerSchema = z.looseObject({
  messages: z.array(
    z.looseObject({
      code: z.string(),
      message: z.string(),
      module: z.string().nullish(),
      locale: z.string().nullish(),
    }),
  ),
})
export type LocalizationAnswer = z.infer<typeof localizationAnswerSchema>

export const pdfAnswerSchema = z.looseObject({
  message: z.string().nullish(),
  filestoreIds: z.array(z.string()),
  jobid: z.string().nullish(),
  key: z.string().nullish(),
})
export type PdfAnswer = z.infer<typeof pdfAnswerSchema>

/** pdf-service fails in its own shape: `{ResponseInfo, message}`. */
export const pdfErrorSchema = z.looseObject({ message: z.string() })

/** Each id is also a top-level key holding its link; links die after a while. */
export const fileUrlAnswerSchema = z.looseObject({
  fileStoreIds: z.array(z.looseObject({ id: z.string(), url: z.string() })),
})
export type FileUrlAnswer = z.infer<typeof fileUrlAnswerSchema>
