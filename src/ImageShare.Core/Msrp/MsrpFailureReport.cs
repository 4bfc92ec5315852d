namespace ImageShare.Core.Msrp;

/// <summary>Which answers the sender of a SEND wants (the Failure-Report header, RFC 4975 §7.1.1; absent means <see cref="Yes"/>).</summary>
public enum MsrpFailureReport
{
    /// <summary>Every SEND is answered, with 200 or with an error.</summary>
    Yes,

    /// <summary>Errors are answered, success is not.</summary>
    Partial,

    /// <summary>Nothing is answered.</summary>
    No,
}
