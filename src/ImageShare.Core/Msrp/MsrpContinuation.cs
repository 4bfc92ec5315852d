namespace ImageShare.Core.Msrp;

/// <summary>What the end-line says about the message its chunk belongs to (RFC 4975 §7.1).</summary>
public enum MsrpContinuation
{
    /// <summary><c>$</c>: the chunk holds the last byte of the message. Responses and REPORTs always end so.</summary>
    Complete,

    /// <summary><c>+</c>: more chunks of the message follow.</summary>
    More,

    /// <summary><c>#</c>: the sender gave the message up; no chunk of it follows.</summary>
    Aborted,
}

/// <summary>The sign of each continuation on the wire.</summary>
internal static class MsrpContinuationSign
{
    public static byte ToSign(this MsrpContinuation continuation) => continuation switch
    {
        MsrpContinuation.Complete => (byte)'$',
        MsrpContinuation.More => (byte)'+',
        _ => (byte)'#',
    };

    public static bool TryParse(byte sign, out MsrpContinuation continuation)
    {
        switch (sign)
        {
            case (byte)'$':
                continuation = MsrpContinuation.Complete;
                return true;
            case (byte)'+':
                continuation = MsrpContinuation.More;
                return true;
            default:
                continuation = MsrpContinuation.Aborted;
                return sign == '#';
        }
    }
}
