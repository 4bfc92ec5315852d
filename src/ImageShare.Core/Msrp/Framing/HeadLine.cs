namespace ImageShare.Core.Msrp.Framing;

/// <summary>What one line meant to the head it belongs to.</summary>
internal enum HeadLine
{
    /// <summary>A header: the head continues.</summary>
    Header,

    /// <summary>The empty line: a body follows.</summary>
    Blank,

    /// <summary>The end-line: there is no body.</summary>
    End,

    /// <summary>The stream cannot be read past this line.</summary>
    Broken,
}
