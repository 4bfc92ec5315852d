namespace ImageShare.Core.Msrp.Framing;

/// <summary>What one line meant to the head it belongs to.</summary>
internal enum HeadLine
{
    /// <summary>The head goes on.</summary>
    Header,

    /// <summary>The empty line: a body follows.</summary>
    Blank,

    /// <summary>The end-line: there is no body.</summary>
    End,

    /// <summary>Nothing behind this line can be read.</summary>
    Broken,
}
