namespace ImageShare.Core.Sharing;

/// <summary>Why an invitation is not accepted, as the caller is told.</summary>
public enum DeclineReason
{
    /// <summary>The user does not want the image (603, IR.79 §3.4).</summary>
    ByUser,

    /// <summary>The user has no time for it now (486).</summary>
    Busy,

    /// <summary>The image cannot be stored: the disk is full, the folder cannot be written (500).</summary>
    NotStorable,
}
