namespace ImageShare.Core.Sip.Registration;

/// <summary>Why an attempt to register failed, or why a binding was lost.</summary>
/// <param name="Error">The code.</param>
/// <param name="Message">What happened and what to do next, for a person.</param>
/// <param name="SipStatus">The status of a refusal.</param>
/// <param name="IsPermanent">Whether another attempt with the same settings is likely to fail in the same way.</param>
/// <param name="RetryAfter">How long the registrar asks to wait, if it does.</param>
internal sealed record RegistrationProblem(ImageShareError Error, string Message, int? SipStatus = null, bool IsPermanent = false, TimeSpan? RetryAfter = null)
{
    public ImageShareException ToException() => new(Error, Message) { SipStatus = SipStatus };
}
